package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The stream did not reach its end. {@link #partial()} holds the part that arrived. The service may have charged the whole
 * generation, so look it up by {@link PartialGeneration#id()} before you send the request again.
 *
 * @since 0.1.0
 */
public final class StreamBrokenException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** How the stream broke. */
    public enum Kind {
        /** It ended without an error, but also without {@code generation_end}. */
        TRUNCATED,
        /** An event breaks the wire contract. */
        MALFORMED,
        /**
         * The response broke off: the connection was lost, the HTTP/2 stream was reset, or the body broke the HTTP protocol or
         * could not be read further.
         */
        RESET,
        /** A line, an event or the whole stream exceeded its limit. */
        LIMIT
    }

    private final Kind kind;

    StreamBrokenException(Kind kind, String message, @Nullable Throwable cause, CallFacts facts) {
        super(facts.pointing(message), cause, facts);
        this.kind = kind;
    }

    /** How the stream broke. */
    public Kind kind() {
        return kind;
    }
}
