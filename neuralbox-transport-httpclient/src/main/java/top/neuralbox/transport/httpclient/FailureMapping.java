package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http2.H2ConnectionException;
import org.apache.hc.core5.http2.H2CorruptFrameException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;

/**
 * Names what the engine reports in the terms of the SPI.
 *
 * @param sent whether the request was about to be written, or beyond that
 * @param connected whether a TCP connection was made for this call
 * @param readToEnd whether the peer had closed the connection when the engine found fault
 */
record FailureMapping(URI uri, @Nullable ProxySettings proxy, boolean sent, boolean connected, boolean readToEnd) {

    /**
     * Whether the peer promises not to have acted on the request: RFC 9113, section 6.8. A stream that is reset with
     * REFUSED_STREAM is none of these: gateways say that of requests which they have passed on.
     */
    static boolean certainlyNotExecuted(@Nullable Throwable cause) {
        return cause instanceof RequestNotExecutedException;
    }

    /** The failure to report; null as a cause means that the engine gave the exchange up without a reason. */
    TransportException map(@Nullable Throwable reported) {
        Throwable cause =
                reported instanceof CompletionException && reported.getCause() != null ? reported.getCause() : reported;
        Kind kind = kind(cause);
        if (cause != null && isProtocolError(cause)) {
            // A parser's exception quotes what it could not read, which may echo the key: its type alone is told.
            String type = cause.getClass().getSimpleName();
            return new TransportException(kind, message(kind, cause) + ": " + type, null);
        }
        return new TransportException(kind, message(kind, cause), cause);
    }

    private Kind kind(@Nullable Throwable cause) {
        if (cause instanceof SSLException) {
            return !sent || cause instanceof SSLHandshakeException ? Kind.TLS : Kind.LOST;
        }
        if (cause instanceof SocketTimeoutException && !sent) {
            return Kind.CONNECT_TIMEOUT;
        }
        if (!sent && proxy != null && cause instanceof IOException) {
            return Kind.PROXY;
        }
        if (cause instanceof UnknownHostException) {
            return Kind.DNS;
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return Kind.REFUSED;
        }
        if (isProtocolError(cause)) {
            // The engine parses half a head as if it were whole when the connection ends there (5.4.4).
            return readToEnd ? Kind.LOST : Kind.PROTOCOL;
        }
        if (!sent && connected && secure() && cause instanceof IOException) {
            return Kind.TLS;
        }
        return cause == null || cause instanceof IOException ? Kind.LOST : Kind.OTHER;
    }

    private static boolean isProtocolError(@Nullable Throwable cause) {
        return cause instanceof HttpException
                || cause instanceof MessageConstraintException
                || cause instanceof H2ConnectionException
                || cause instanceof H2CorruptFrameException
                || (cause instanceof MalformedChunkCodingException && !(cause instanceof TruncatedChunkException));
    }

    private String message(Kind kind, @Nullable Throwable cause) {
        String peer = peer();
        return switch (kind) {
            case DNS -> "the name " + uri.getHost() + " does not resolve";
            case REFUSED -> "no connection to " + peer;
            case TLS -> "the TLS handshake with " + peer + " failed: " + (cause == null ? "" : cause.getMessage());
            case PROXY -> "no way through " + peer;
            case CONNECT_TIMEOUT -> "no connection to " + peer + " in time";
            case LOST -> "the connection to " + peer + " was lost" + (sent ? "" : " before the request was sent");
            case PROTOCOL -> peer + " broke the HTTP protocol";
            default -> "the exchange with " + peer + " failed";
        };
    }

    private String peer() {
        return proxy == null ? uri.getRawAuthority() : "the proxy " + proxy.host() + ":" + proxy.port();
    }

    private boolean secure() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }
}
