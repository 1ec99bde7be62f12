package top.neuralbox.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One response as it came over the wire: its head, its bytes in the pieces in which they were read, when each came, and how it
 * ended. {@link RecordingTransport} makes it; {@link #script} plays it again. It is kept as lines of JSON that a person can read
 * and compare; the project's {@code docs/recordings.md} describes them. Immutable.
 *
 * <pre>{@code
 * Recording recording = Recording.read(Path.of("story.jsonl"));
 * try (ScriptedServer server = ScriptedServer.start()) {
 *     server.answerAlways(recording.script(2));
 *     // … a client of server.uri() sees the stream at twice its pace
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class Recording {

    /** How a response ended. */
    public enum End {
        /** In good order. */
        COMPLETE,
        /** The connection was closed before the end. */
        TRUNCATED,
        /** The connection was reset. */
        RESET,
        /** The client gave it up. */
        CANCELLED
    }

    /**
     * The head of the response.
     *
     * @param at since the request was sent
     * @param headers those that matter to a client, and hold no secret
     */
    record Head(Duration at, int status, Map<String, String> headers) {}

    /** Bytes that were read at once, and when, since the request was sent. */
    static final class Chunk {

        private final Duration at;
        private final byte[] bytes;

        Chunk(Duration at, byte[] bytes) {
            this.at = at;
            this.bytes = bytes;
        }

        Duration at() {
            return at;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    private final String recorded;
    private final @Nullable String request;
    private final @Nullable Head head;
    private final List<Chunk> chunks;
    private final End end;
    private final Duration length;

    Recording(
            String recorded,
            @Nullable String request,
            @Nullable Head head,
            List<Chunk> chunks,
            End end,
            Duration length) {
        this.recorded = recorded;
        this.request = request;
        this.head = head;
        this.chunks = List.copyOf(chunks);
        this.end = end;
        this.length = length;
    }

    /**
     * Reads a recording.
     *
     * @throws IllegalArgumentException if it is none; the message names the file and the line
     * @throws IOException if the file cannot be read
     */
    public static Recording read(Path file) throws IOException {
        return RecordingFormat.parse(file.getFileName().toString(), Files.readString(file));
    }

    /**
     * Writes it as lines of JSON, in UTF-8.
     *
     * @throws IOException if the file cannot be written
     */
    public void write(Path file, OpenOption... options) throws IOException {
        Files.write(file, RecordingFormat.format(this).getBytes(StandardCharsets.UTF_8), options);
    }

    /** The status code; null if the connection was lost before the head. */
    public @Nullable Integer status() {
        return head == null ? null : head.status();
    }

    /** The content, without regard to how it was cut. A copy. */
    public byte[] content() {
        byte[] all =
                new byte[chunks.stream().mapToInt(chunk -> chunk.bytes().length).sum()];
        int position = 0;
        for (Chunk chunk : chunks) {
            System.arraycopy(chunk.bytes(), 0, all, position, chunk.bytes().length);
            position += chunk.bytes().length;
        }
        return all;
    }

    /** How it ended. */
    public End end() {
        return end;
    }

    /** How long it took from the request to the end. */
    public Duration length() {
        return length;
    }

    /** Plays it at its own pace. */
    public Script script() {
        return script(1);
    }

    /**
     * Plays it at another pace: the same bytes in the same pieces, each in a chunk of HTTP/1.1, and the same end.
     *
     * @param speed 2 for twice as fast, above 0; {@link Double#POSITIVE_INFINITY} for as fast as the client reads
     */
    public Script script(double speed) {
        return script(speed, ReplayClock.SYSTEM);
    }

    Script script(double speed, ReplayClock clock) {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be above 0: " + speed);
        }
        Script.Builder script = Script.builder().begin(clock);
        if (head != null) {
            String[] fields = new String[head.headers().size() + 1];
            int count = 0;
            for (Map.Entry<String, String> field : head.headers().entrySet()) {
                fields[count++] = field.getKey() + ": " + field.getValue();
            }
            fields[count] = "Transfer-Encoding: chunked";
            script.until(faster(head.at(), speed), clock).head(head.status(), fields);
        }
        for (Chunk chunk : chunks) {
            script.until(faster(chunk.at(), speed), clock).chunk(chunk.bytes());
        }
        switch (end) {
            case COMPLETE -> script.until(faster(length, speed), clock).lastChunk();
            case TRUNCATED -> script.until(faster(length, speed), clock).close();
            case RESET -> script.until(faster(length, speed), clock).reset();
            case CANCELLED -> script.hold();
        }
        return script.build();
    }

    /** When it was made, as the file says it. */
    String recorded() {
        return recorded;
    }

    @Nullable
    String request() {
        return request;
    }

    @Nullable
    Head head() {
        return head;
    }

    List<Chunk> chunks() {
        return chunks;
    }

    private static Duration faster(Duration at, double speed) {
        return Duration.ofNanos((long) (at.toNanos() / speed));
    }
}
