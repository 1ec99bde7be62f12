package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * No response head arrived. {@link #phase()} and {@link #billingState()} say whether the service can have seen the request.
 *
 * @since 0.1.0
 */
public final class ConnectionException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The step that failed. */
    public enum Reason {
        /** The host's name does not resolve. */
        DNS,
        /** No TCP connection could be made. */
        REFUSED,
        /** The TLS handshake failed, or the certificate was not trusted or names another host. */
        TLS,
        /** The proxy refused the connection or could not be reached. */
        PROXY,
        /** No connection of the pool became free in time: the pool is too small for this load. */
        POOL,
        /** The connection was lost before the response head. */
        LOST,
        /** Anything else; see the cause. */
        OTHER
    }

    private final Reason reason;

    ConnectionException(Reason reason, String message, @Nullable Throwable cause, CallFacts facts) {
        super(message, cause, facts);
        this.reason = reason;
    }

    /** The step that failed. */
    public Reason reason() {
        return reason;
    }
}
