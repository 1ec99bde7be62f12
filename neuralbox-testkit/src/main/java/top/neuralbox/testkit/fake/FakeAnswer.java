package top.neuralbox.testkit.fake;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.Gate;
import top.neuralbox.transport.TransportException;

/**
 * The answer of a {@link FakeTransport} to one request. Immutable, and usable for any number of requests.
 *
 * @since 0.1.0
 */
public final class FakeAnswer {

    /** One step of a body. */
    sealed interface Step {
        /** Delivers a buffer, as soon as there is demand. */
        record Chunk(String content) implements Step {}

        /** Continues when the gate is open. */
        record Await(Gate gate) implements Step {}

        /** Ends in an error. */
        record Fail(TransportException.Kind kind) implements Step {}

        /** Never ends. */
        record Hold() implements Step {}
    }

    private final boolean sent;
    private final TransportException.@Nullable Kind failure;
    private final int status;
    private final Map<String, List<String>> headers;
    private final @Nullable Gate beforeHead;
    private final List<Step> steps;

    private FakeAnswer(Builder builder, boolean sent, TransportException.@Nullable Kind failure) {
        this.sent = sent;
        this.failure = failure;
        this.status = builder.status;
        this.headers = Map.copyOf(builder.headers);
        this.beforeHead = builder.beforeHead;
        this.steps = List.copyOf(builder.steps);
    }

    /** Starts an answer with status 200 and no header fields. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A complete event stream with status 200.
     *
     * @param chunks the text of each buffer, for example {@code data: [DONE]\n\n}
     */
    public static FakeAnswer eventStream(String... chunks) {
        Builder builder = builder().header("Content-Type", "text/event-stream");
        for (String chunk : chunks) {
            builder.chunk(chunk);
        }
        return builder.build();
    }

    /** A complete answer in JSON. */
    public static FakeAnswer json(int status, String json) {
        return builder()
                .status(status)
                .header("Content-Type", "application/json")
                .chunk(json)
                .build();
    }

    /** A failure before anything was written, for example of kind {@code REFUSED}. The service cannot have seen the request. */
    public static FakeAnswer notSent(TransportException.Kind kind) {
        return new FakeAnswer(builder(), false, Objects.requireNonNull(kind, "kind"));
    }

    /** A failure after the request was written and before a head arrived, for example of kind {@code LOST}. */
    public static FakeAnswer noHead(TransportException.Kind kind) {
        return new FakeAnswer(builder(), true, Objects.requireNonNull(kind, "kind"));
    }

    boolean isSent() {
        return sent;
    }

    TransportException.@Nullable Kind failure() {
        return failure;
    }

    int status() {
        return status;
    }

    Map<String, List<String>> headers() {
        return headers;
    }

    @Nullable
    Gate beforeHead() {
        return beforeHead;
    }

    List<Step> steps() {
        return steps;
    }

    /** Collects the parts of an answer. Not thread-safe. */
    public static final class Builder {

        private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private final List<Step> steps = new ArrayList<>();
        private int status = 200;
        private @Nullable Gate beforeHead;

        private Builder() {}

        /** Sets the status code. Default 200. */
        public Builder status(int status) {
            this.status = status;
            return this;
        }

        /** Sets a header field, replacing earlier values of that name. */
        public Builder header(String name, String value) {
            headers.put(name, List.of(value));
            return this;
        }

        /** Holds the head back until a test opens the gate. */
        public Builder headAfter(Gate gate) {
            this.beforeHead = Objects.requireNonNull(gate, "gate");
            return this;
        }

        /**
         * Delivers one buffer of UTF-8.
         *
         * @throws IllegalArgumentException if it is empty
         */
        public Builder chunk(String content) {
            if (content.isEmpty()) {
                throw new IllegalArgumentException("a chunk is never empty");
            }
            return step(new Step.Chunk(content));
        }

        /** Holds the following steps back until a test opens the gate. They then run on the thread that opened it. */
        public Builder await(Gate gate) {
            return step(new Step.Await(Objects.requireNonNull(gate, "gate")));
        }

        /** Ends the body in an error, for example of kind {@code LOST}. Later steps are not reached. */
        public Builder fail(TransportException.Kind kind) {
            return step(new Step.Fail(Objects.requireNonNull(kind, "kind")));
        }

        /** Never ends the body. Later steps are not reached. */
        public Builder hold() {
            return step(new Step.Hold());
        }

        /** Makes the answer. */
        public FakeAnswer build() {
            return new FakeAnswer(this, true, null);
        }

        private Builder step(Step step) {
            steps.add(step);
            return this;
        }
    }

    /** The bytes of a chunk: a new array for each receiver, which owns it. */
    static byte[] bytes(Step.Chunk chunk) {
        return chunk.content().getBytes(StandardCharsets.UTF_8);
    }
}
