package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The answer is neither an event stream nor an error of the service: something stands between, or the base URI is wrong.
 *
 * @since 0.1.0
 */
public class UnexpectedResponseException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** What was unexpected. */
    public enum Reason {
        /** A redirect, which is never followed: the key goes to the configured host alone. */
        REDIRECT,
        /** A content type that is no event stream, for example a login page. */
        CONTENT_TYPE,
        /** Content that is compressed although it was asked for as it is. */
        CONTENT_ENCODING,
        /** No content at all. */
        EMPTY,
        /** Content of the right type that cannot be read. */
        CONTENT,
        /** An answer that is not HTTP, or breaks a limit on header fields. */
        PROTOCOL,
        /** An answer of the service that does not stream; see {@link NotAStreamException}. */
        NOT_A_STREAM
    }

    private final Reason reason;

    UnexpectedResponseException(Reason reason, String message, @Nullable Throwable cause, CallFacts facts) {
        super(message, cause, facts);
        this.reason = reason;
    }

    /** What was unexpected. */
    public Reason reason() {
        return reason;
    }
}
