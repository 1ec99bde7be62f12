package top.neuralbox.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.socket.ServerConnection;

/**
 * The steps of a {@link ScriptedServer} on one connection after a request has arrived: byte by byte, in order. Immutable, and
 * usable for any number of requests.
 *
 * <p>When a script ends, the connection stays open for the next request, as in HTTP/1.1; {@link Builder#close()},
 * {@link Builder#reset()} and {@link Builder#hold()} end it in other ways. Only the bytes of the script are written, so a
 * script can break any rule of HTTP.
 *
 * <pre>{@code
 * Gate rest = new Gate();
 * Script script = Script.builder()
 *         .eventStream()
 *         .chunk("data: [DO")
 *         .await(rest)
 *         .reset()
 *         .build();
 * }</pre>
 *
 * @since 0.1.0
 */
public final class Script {

    /** One step. */
    interface Step {
        void run(ScriptRun run, ServerConnection connection) throws IOException, InterruptedException;
    }

    private final List<Step> steps;

    private Script(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /** A builder of a script without steps. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A complete response of fixed length, after which the connection takes the next request.
     *
     * @param status the status code; its reason phrase is left empty
     * @param body the content
     * @param fieldLines further header fields, each {@code Name: value}
     */
    public static Script response(int status, String body, String... fieldLines) {
        return response(status, body.getBytes(StandardCharsets.UTF_8), fieldLines);
    }

    /** As {@link #response(int, String, String...)}, with content of any kind. */
    public static Script response(int status, byte[] body, String... fieldLines) {
        List<String> fields = new ArrayList<>(List.of(fieldLines));
        fields.add("Content-Length: " + body.length);
        return builder().head(status, fields.toArray(String[]::new)).bytes(body).build();
    }

    /** Reads the request and never answers, until the client closes the connection. */
    public static Script silence() {
        return builder().hold().build();
    }

    void run(ServerConnection connection, ScriptClock clock) throws IOException, InterruptedException {
        run(new ScriptRun(connection::write, clock), connection);
    }

    private void run(ScriptRun run, ServerConnection connection) throws IOException, InterruptedException {
        long begun = run.begin();
        for (Step step : steps) {
            step.run(run, connection);
        }
        run.resume(begun);
    }

    /** Collects the steps of a script, in order. Not thread-safe. */
    public static final class Builder {

        private final List<Step> steps = new ArrayList<>();

        private Builder() {}

        /** Writes bytes as they are. */
        public Builder bytes(byte[] bytes) {
            byte[] copy = bytes.clone();
            return step((run, connection) -> run.write(copy));
        }

        /** Writes text as it is, in UTF-8. */
        public Builder text(String text) {
            return bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        /**
         * Writes a response head, final or interim (1xx).
         *
         * @param status the status code; its reason phrase is left empty
         * @param fieldLines the header fields as sent, each {@code Name: value}
         */
        public Builder head(int status, String... fieldLines) {
            StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
            for (String line : fieldLines) {
                head.append(line).append("\r\n");
            }
            return text(head.append("\r\n").toString());
        }

        /** Writes the head of a chunked event stream with status 200. */
        public Builder eventStream() {
            return head(200, "Content-Type: text/event-stream", "Transfer-Encoding: chunked");
        }

        /** Writes one chunk (RFC 9112, section 7.1). */
        public Builder chunk(byte[] content) {
            byte[] coded = coded(content);
            return step((run, connection) -> run.write(coded));
        }

        /** Writes one chunk of UTF-8. */
        public Builder chunk(String content) {
            return chunk(content.getBytes(StandardCharsets.UTF_8));
        }

        /** Writes the chunk of length zero, which ends chunked content. */
        public Builder lastChunk() {
            return text("0\r\n\r\n");
        }

        /** Writes the same bytes again and again, until the client closes the connection. */
        public Builder repeatForever(byte[] bytes) {
            byte[] copy = bytes.clone();
            return step((run, connection) -> {
                while (true) {
                    run.write(copy);
                }
            });
        }

        /** Writes the same chunk again and again, until the client closes the connection. */
        public Builder chunkForever(byte[] content) {
            return repeatForever(coded(content));
        }

        /**
         * Cuts all following bytes into pieces. Each piece is written and flushed by itself, with Nagle's algorithm off. A
         * client may still read several pieces at once.
         *
         * @param length the largest number of bytes in a piece; at least 1
         */
        public Builder splitEvery(int length) {
            if (length < 1) {
                throw new IllegalArgumentException("length must be at least 1: " + length);
            }
            return step((run, connection) -> run.split(position -> position - position % length + length));
        }

        /**
         * Cuts the following bytes at these positions. Each piece is written and flushed by itself.
         *
         * @param positions where to cut, ascending, in bytes from here on
         */
        public Builder splitAt(int... positions) {
            int[] cuts = positions.clone();
            return step((run, connection) -> run.split(position -> {
                for (int cut : cuts) {
                    if (cut > position) {
                        return cut;
                    }
                }
                return Long.MAX_VALUE;
            }));
        }

        /** Adds all steps of another script. Its times count from its own beginning. */
        public Builder then(Script script) {
            return step(script::run);
        }

        /** Waits until a test opens the gate. If the client closes the connection first, the script ends here. */
        public Builder await(Gate gate) {
            Objects.requireNonNull(gate, "gate");
            return step((run, connection) -> connection.await(gate));
        }

        /**
         * Waits until this much time has passed since the script began. If the client closes the connection first, the script
         * ends here.
         */
        public Builder until(Duration time) {
            Objects.requireNonNull(time, "time");
            return step((run, connection) -> run.until(time, connection));
        }

        /** Opens a gate, so that a test knows that the kernel has taken all bytes before it. */
        public Builder open(Gate gate) {
            Objects.requireNonNull(gate, "gate");
            return step((run, connection) -> gate.open());
        }

        /** Does nothing more until the client closes the connection. */
        public Builder hold() {
            return step((run, connection) -> connection.awaitClose());
        }

        /** Closes the connection with FIN, over TLS with close_notify before it. */
        public Builder close() {
            return step((run, connection) -> connection.close());
        }

        /** Closes the connection with RST. Bytes that the kernel has not delivered yet may be lost. */
        public Builder reset() {
            return step((run, connection) -> connection.reset());
        }

        /** Makes the script. */
        public Script build() {
            return new Script(steps);
        }

        private Builder step(Step step) {
            steps.add(step);
            return this;
        }

        private static byte[] coded(byte[] content) {
            if (content.length == 0) {
                throw new IllegalArgumentException("an empty chunk would end the content; say lastChunk()");
            }
            byte[] size = (Integer.toHexString(content.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            byte[] coded = new byte[size.length + content.length + 2];
            System.arraycopy(size, 0, coded, 0, size.length);
            System.arraycopy(content, 0, coded, size.length, content.length);
            coded[coded.length - 2] = '\r';
            coded[coded.length - 1] = '\n';
            return coded;
        }
    }
}
