package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The stream did not reach its end. {@link #partial()} holds what arrived; the service may have charged the whole
 * generation, so ask it by {@link PartialGeneration#id()} before sending the request again.
 *
 * @since 0.1.0
 */
public final class StreamBrokenException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** How the stream broke. */
    public enum Kind {
        /** It ended in good order, but without {@code generation_end}. */
        TRUNCATED,
        /** An event is not what the wire contract says. */
        MALFORMED,
        /** The connection was lost, or the HTTP/2 stream reset. */
        RESET,
        /** A line, an event or the whole stream outgrew its limit. */
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
