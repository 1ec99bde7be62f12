package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The answer is neither what the request asked for (an event stream or JSON) nor an error of the service. A proxy or gateway may be in between, or the base URI may
 * be wrong.
 *
 * @since 0.1.0
 */
public class UnexpectedResponseException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The unexpected part of the answer. */
    public enum Reason {
        /** A redirect, which is never followed, because the key is sent only to the configured host. */
        REDIRECT,
        /** A content type other than the requested one, for example that of a login page. */
        CONTENT_TYPE,
        /** Compressed content, although the request asked for uncompressed content. */
        CONTENT_ENCODING,
        /** No content at all. */
        EMPTY,
        /** Content of the right type that cannot be read. */
        CONTENT,
        /** An answer that breaks the HTTP protocol, or a limit on its head or on interim responses. */
        PROTOCOL,
        /** An answer of the service that does not stream; see {@link NotAStreamException}. */
        NOT_A_STREAM
    }

    private final Reason reason;

    UnexpectedResponseException(Reason reason, String message, @Nullable Throwable cause, CallFacts facts) {
        super(message, cause, facts);
        this.reason = reason;
    }

    /** The unexpected part of the answer. */
    public Reason reason() {
        return reason;
    }
}
