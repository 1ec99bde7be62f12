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

    /** RFC 9113, section 7: the stream was refused before any processing. */
    private static final long REFUSED_STREAM = 0x7;

    /** How far an exchange had come when it failed. */
    enum Phase {
        CONNECTING,
        SENT,
        BODY
    }

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
            Kind kind = kindOf(cause, phase, throughProxy);
            if (kind != null) {
                return new TransportException(kind, sentence(kind, peer), failure);
            }
        }
        Kind kind = phase == Phase.CONNECTING ? Kind.OTHER : Kind.PROTOCOL;
        return new TransportException(kind, sentence(kind, peer), failure);
    }

    /** Whether an HTTP/2 peer has promised that it did not look at the request (RFC 9113, sections 6.8 and 8.7). */
    static boolean wasRefused(Throwable failure, long streamId) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StreamResetException reset) {
                return reset.getCode() == REFUSED_STREAM;
            }
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
            // peer
            // promised is then not known.
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

    static String sentence(Kind kind, String peer) {
        return switch (kind) {
            case DNS -> "The name does not resolve: " + peer;
            case REFUSED -> "No connection to " + peer;
            case TLS -> "The TLS handshake with " + peer + " failed";
            case PROXY -> "The proxy could not be reached, or it refused to connect to " + peer;
            case CONNECT_TIMEOUT -> "Nothing could be written to " + peer + " within the connect timeout";
            case POOL_TIMEOUT -> "No connection became free for " + peer + " within the connect timeout";
            case LOST -> "The connection to " + peer + " ended before the response was complete";
            case PROTOCOL -> "What " + peer + " sent is not valid HTTP, or breaks a limit";
            case CANCELLED -> "The call was cancelled";
            case CLOSED -> "The transport was closed";
            case OTHER -> "The call to " + peer + " failed";
        };
    }
}
