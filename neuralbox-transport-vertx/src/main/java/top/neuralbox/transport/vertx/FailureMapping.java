package top.neuralbox.transport.vertx;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.util.IllegalReferenceCountException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;

/** Names what the engine reports in the words of the SPI. */
final class FailureMapping {

    /** How far an exchange had come when it failed. */
    enum Phase {
        CONNECTING,
        SENT,
        BODY
    }

    /** How the engine's message introduces a proxy's answer (Netty's HttpProxyHandler, 4.2). */
    private static final String PROXY_STATUS = "status: ";

    /** What the engine says of a server that speaks HTTP/1.1 where that is not allowed (5.2.3). */
    private static final String HTTP_1_REFUSED = "HTTP/1.1 not supported";

    private FailureMapping() {}

    /**
     * Finds the kind of a failure.
     *
     * @param peer host and port of the service, for the message
     * @param throughProxy whether connecting means connecting to a proxy
     */
    static TransportException of(Throwable failure, Phase phase, String peer, boolean throughProxy) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TransportException known) {
                return known;
            }
            if (cause instanceof IllegalStateException && HTTP_1_REFUSED.equals(cause.getMessage())) {
                String sentence = "the server did not choose HTTP/2, and HTTP/1.1 is switched off";
                return new TransportException(Kind.PROTOCOL, sentence, failure);
            }
            Kind kind = kindOf(cause, phase, throughProxy);
            if (kind == Kind.PROXY) {
                return proxy(peer, cause);
            }
            if (kind == Kind.PROTOCOL) {
                return protocol(peer, cause);
            }
            if (kind != null) {
                return new TransportException(kind, sentence(kind, peer, failure), failure);
            }
        }
        return phase == Phase.CONNECTING
                ? new TransportException(Kind.OTHER, sentence(Kind.OTHER, peer), failure)
                : protocol(peer, failure);
    }

    /**
     * Whether the peer promises not to have acted on the request: RFC 9113, section 6.8. A stream that is reset with
     * REFUSED_STREAM is none of these: gateways say that of requests which they have passed on.
     */
    static boolean certainlyNotExecuted(Throwable failure, long streamId) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpClosedException closed) {
                GoAway last = goAway(closed);
                return last != null && last.getLastStreamId() < streamId;
            }
        }
        return false;
    }

    private static @Nullable GoAway goAway(HttpClosedException closed) {
        try {
            return closed.goAway();
        } catch (IllegalReferenceCountException released) {
            // Each look copies the debug data, which the engine may have given back already (Vert.x 5.2.3). What the
            // peer promised is then not known.
            return null;
        }
    }

    private static @Nullable Kind kindOf(Throwable cause, Phase phase, boolean throughProxy) {
        if (phase == Phase.CONNECTING) {
            Kind connecting = connectingKindOf(cause, throughProxy);
            if (connecting != null) {
                return connecting;
            }
        }
        if (cause instanceof SSLException) {
            return phase == Phase.BODY ? Kind.LOST : Kind.TLS;
        }
        if (cause instanceof DecoderException) {
            // TLS failures arrive wrapped in one of these: the cause says more.
            return cause.getCause() == null ? Kind.PROTOCOL : null;
        }
        if (cause instanceof HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof PrematureChannelClosureException
                || cause instanceof IOException) {
            return Kind.LOST;
        }
        return null;
    }

    private static @Nullable Kind connectingKindOf(Throwable cause, boolean throughProxy) {
        if (cause instanceof ProxyConnectException) {
            return Kind.PROXY;
        }
        if (cause instanceof ConnectTimeoutException) {
            return Kind.CONNECT_TIMEOUT;
        }
        if (cause instanceof UnknownHostException) {
            return throughProxy ? Kind.PROXY : Kind.DNS;
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return throughProxy ? Kind.PROXY : Kind.REFUSED;
        }
        if (cause instanceof ConnectionPoolTooBusyException) {
            return Kind.POOL_TIMEOUT;
        }
        if (cause instanceof VertxException && "Pool closed".equals(cause.getMessage())) {
            return Kind.CLOSED;
        }
        return null;
    }

    /** A parser's exception quotes what it could not read, which may echo the key: of that, the type alone is told. */
    private static TransportException protocol(String peer, Throwable failure) {
        String sentence =
                sentence(Kind.PROTOCOL, peer) + ": " + failure.getClass().getSimpleName();
        return new TransportException(Kind.PROTOCOL, sentence, null);
    }

    /** The engine quotes a proxy's answer, which may echo the credentials: of that, the number alone is told. */
    private static TransportException proxy(String peer, Throwable failure) {
        String sentence = sentence(Kind.PROXY, peer);
        String message = String.valueOf(failure.getMessage());
        int begin = message.indexOf(PROXY_STATUS);
        if (begin < 0) {
            return new TransportException(Kind.PROXY, sentence, failure);
        }
        int digits = begin + PROXY_STATUS.length();
        int end = digits;
        while (end < message.length() && Character.isDigit(message.charAt(end))) {
            end++;
        }
        String status = message.substring(digits, end);
        return new TransportException(Kind.PROXY, sentence + ": it answered with status " + status, null);
    }

    /** In the words of the sister transport: a user should not notice which engine failed. */
    static String sentence(Kind kind, String peer) {
        return switch (kind) {
            case DNS -> "the name " + hostOf(peer) + " does not resolve";
            case REFUSED -> "no connection to " + peer;
            case TLS -> "the TLS handshake with " + peer + " failed";
            case PROXY -> "no way through the proxy to " + peer;
            case CONNECT_TIMEOUT -> "no connection to " + peer + " in time";
            case POOL_TIMEOUT -> "no connection to " + peer + " became free in time";
            case LOST -> "the connection to " + peer + " was lost";
            case PROTOCOL -> peer + " broke the HTTP protocol";
            case CANCELLED -> "the call was cancelled";
            case CLOSED -> "the transport was closed";
            case OTHER -> "the exchange with " + peer + " failed";
        };
    }

    /** The engine's own exception says no more than that TLS failed; the reason is the last of its causes. */
    private static String sentence(Kind kind, String peer, Throwable failure) {
        if (kind != Kind.TLS) {
            return sentence(kind, peer);
        }
        Throwable reason = failure;
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            reason = cause;
        }
        String why = reason.getMessage() == null ? reason.getClass().getSimpleName() : reason.getMessage();
        return sentence(kind, peer) + ": " + why;
    }

    private static String hostOf(String peer) {
        int port = peer.lastIndexOf(':');
        return port < 0 ? peer : peer.substring(0, port);
    }
}
