package top.neuralbox.transport.vertx;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportException;

/**
 * Maps failures of the engine to failures of the SPI.
 *
 * @param failures the sentences of this exchange
 * @param behindProxy whether the first host is a proxy
 */
record FailureMapping(ExchangeFailures failures, boolean behindProxy) {

    /** How far an exchange was when it failed. */
    enum Phase {
        /** Nothing was written. */
        CONNECTING,
        /** The request was written, at least in part. */
        SENT,
        /** The response head has arrived. */
        BODY
    }

    /** The words before a proxy's status in the engine's message (Netty's HttpProxyHandler, 4.2). */
    private static final String PROXY_STATUS = "status: ";

    /** The engine's message if a server uses HTTP/1.1 although that is not allowed (5.2.3). */
    private static final String HTTP_1_REFUSED = "HTTP/1.1 not supported";

    /** The failure to report: that of the first cause with a known kind. */
    TransportException of(Throwable failure, Phase phase) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            TransportException named = named(cause, failure, phase);
            if (named != null) {
                return named;
            }
        }
        return phase == Phase.CONNECTING ? failures.other(failure) : protocol(failure);
    }

    private @Nullable TransportException named(Throwable cause, Throwable failure, Phase phase) {
        if (cause instanceof TransportException known) {
            return known;
        }
        if (cause instanceof HeadFault.Found head) {
            return head.failure(failures);
        }
        if (ResponseHead.isTooLong(cause)) {
            return failures.headTooLong();
        }
        if (cause instanceof IllegalStateException && HTTP_1_REFUSED.equals(cause.getMessage())) {
            return failures.http2Missing(false);
        }
        if (phase == Phase.CONNECTING) {
            TransportException connecting = connecting(cause, failure);
            if (connecting != null) {
                return connecting;
            }
        }
        if (cause instanceof SSLException) {
            // After the handshake this is a loss of the connection, except a refused client certificate, which arrives
            // after it.
            return phase == Phase.CONNECTING || (phase == Phase.SENT && cause instanceof SSLHandshakeException)
                    ? tls(cause, failure)
                    : lost(phase, failure);
        }
        if (cause instanceof DecoderException) {
            // TLS failures arrive wrapped in this exception. The cause has the reason.
            return cause.getCause() == null ? protocol(cause) : null;
        }
        if (cause instanceof StreamResetException reset) {
            return failures.streamReset(reset.getCode(), failure);
        }
        if (cause instanceof HttpClosedException
                || cause instanceof PrematureChannelClosureException
                || cause instanceof IOException) {
            return lost(phase, failure);
        }
        return null;
    }

    /** If the answer is not TLS, the engine's message quotes its bytes, so the message is not used. */
    private TransportException tls(Throwable cause, Throwable failure) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            if (next instanceof NotSslRecordException) {
                return failures.noTls();
            }
        }
        return failures.tlsFailed(failure);
    }

    private @Nullable TransportException connecting(Throwable cause, Throwable failure) {
        if (cause instanceof ProxyConnectException) {
            return proxy(cause, failure);
        }
        if (cause instanceof ConnectTimeoutException) {
            return failures.connectTimedOut();
        }
        if (cause instanceof UnknownHostException) {
            return failures.unknownHost(failure);
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return failures.notConnected(failure);
        }
        if (cause instanceof ConnectionPoolTooBusyException) {
            return failures.poolTimedOut();
        }
        if (cause instanceof VertxException && "Pool closed".equals(cause.getMessage())) {
            return failures.closed();
        }
        return null;
    }

    /** The engine quotes a proxy's answer, which may echo the credentials. Only the status is taken from it. */
    private TransportException proxy(Throwable cause, Throwable failure) {
        String message = String.valueOf(cause.getMessage());
        int begin = message.indexOf(PROXY_STATUS);
        if (begin >= 0) {
            int digits = begin + PROXY_STATUS.length();
            int end = digits;
            while (end < message.length() && end < digits + 3 && Character.isDigit(message.charAt(end))) {
                end++;
            }
            if (end > digits) {
                return failures.proxyAnswered(Integer.parseInt(message.substring(digits, end)));
            }
        }
        return failures.proxyFailed(failure);
    }

    private TransportException lost(Phase phase, Throwable failure) {
        return switch (phase) {
            case CONNECTING -> failures.lostBeforeRequest(failure);
            case SENT -> failures.lostBeforeHead(failure);
            case BODY -> failures.lostInBody(failure);
        };
    }

    /** A parser's exception quotes the bytes that it could not read. They may echo the key, so only its type is reported. */
    private TransportException protocol(Throwable failure) {
        return failures.protocol(failure.getClass().getSimpleName());
    }
}
