package top.neuralbox.transport;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The failure of an exchange, as a transport reports it. An application sees it only as a cause: core wraps it in one of its
 * own types. Messages hold no header value.
 *
 * @since 0.1.0
 */
public final class TransportException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The step that failed. */
    public enum Kind {
        /** The host's name does not resolve. */
        DNS,
        /** No TCP connection: refused, or the host or network is unreachable. */
        REFUSED,
        /** The TLS handshake failed, the certificate was not trusted, or it names another host. */
        TLS,
        /** The proxy could not be reached or refused the tunnel. */
        PROXY,
        /** Nothing was written within the connect timeout. */
        CONNECT_TIMEOUT,
        /** No pooled connection became free within the connect timeout. */
        POOL_TIMEOUT,
        /** The connection was reset or closed, or the HTTP/2 stream reset, before the response was complete. */
        LOST,
        /** The peer broke the HTTP protocol, or exceeded a limit on heads or interim responses. */
        PROTOCOL,
        /** The call was cancelled. */
        CANCELLED,
        /** The transport was closed. */
        CLOSED,
        /** Any other failure, including a defect. */
        OTHER
    }

    private final Kind kind;

    /**
     * A failure of one exchange.
     *
     * @param message one sentence, without any header value
     * @param cause the exception of the engine; null if there is none
     */
    public TransportException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** The step that failed. */
    public Kind kind() {
        return kind;
    }
}
