package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http2.H2ConnectionException;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.apache.hc.core5.http2.hpack.HeaderListConstraintException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportException;

/**
 * Names what the engine reports in the terms of the SPI.
 *
 * @param failures the sentences of this exchange
 * @param progress how far the exchange was
 * @param behindProxy whether the first host is a proxy
 * @param readToEnd whether the peer had closed the connection when the engine found fault
 */
record FailureMapping(ExchangeFailures failures, Progress progress, boolean behindProxy, boolean readToEnd) {

    /** How far an exchange was when it failed. */
    enum Progress {
        /** Nothing was written. */
        UNSENT,
        /** The request was about to be written, or more. */
        SENT,
        /** The response head has arrived. */
        BODY
    }

    /** How the engine words a reset by the peer (5.4.4); its own resets have the same type. */
    private static final String RESET_BY_PEER = "Stream reset (";

    /**
     * Whether the peer promises not to have acted on the request: RFC 9113, section 6.8. A stream that is reset with
     * REFUSED_STREAM is none of these: gateways say that of requests which they have passed on.
     */
    static boolean certainlyNotExecuted(@Nullable Throwable cause) {
        return cause instanceof RequestNotExecutedException;
    }

    /** Whether the engine gave a head up because of its length. */
    static boolean isTooLong(@Nullable Throwable cause) {
        return cause instanceof MessageConstraintException || cause instanceof HeaderListConstraintException;
    }

    /** The failure to report; null as a cause means that the engine gave the exchange up without a reason. */
    TransportException map(@Nullable Throwable reported) {
        Throwable cause =
                reported instanceof CompletionException && reported.getCause() != null ? reported.getCause() : reported;
        boolean unsent = progress == Progress.UNSENT;
        if (cause instanceof SSLException tls && !isEndOfConnection(tls)) {
            return unsent || tls instanceof SSLHandshakeException ? failures.tlsFailed(tls) : lost(tls);
        }
        if (cause instanceof SocketTimeoutException && unsent) {
            return failures.connectTimedOut();
        }
        if (cause instanceof UnknownHostException) {
            return failures.unknownHost(cause);
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return failures.notConnected(cause);
        }
        if (unsent && behindProxy && cause instanceof IOException) {
            return failures.proxyFailed(isProtocolError(cause) ? null : cause);
        }
        if (cause != null && isProtocolError(cause)) {
            // The engine parses half a head as if it were whole when the connection ends there (5.4.4).
            return readToEnd ? lost(null) : protocol(cause);
        }
        return cause == null || cause instanceof IOException ? lost(cause) : failures.other(cause);
    }

    private TransportException lost(@Nullable Throwable cause) {
        if (cause instanceof H2StreamResetException reset
                && String.valueOf(reset.getMessage()).startsWith(RESET_BY_PEER)) {
            return failures.streamReset(reset.getCode(), cause);
        }
        return switch (progress) {
            case UNSENT -> failures.lostBeforeRequest(cause);
            case SENT -> failures.lostBeforeHead(cause);
            case BODY -> failures.lostInBody(cause);
        };
    }

    /** A parser's exception quotes what it could not read, which may echo the key: its type alone is told. */
    private TransportException protocol(Throwable cause) {
        return failures.protocol(cause.getClass().getSimpleName());
    }

    /** What the engine makes of a connection that ends inside the handshake (5.4.4). */
    private static boolean isEndOfConnection(SSLException cause) {
        return cause instanceof SSLHandshakeException
                && cause.getCause() == null
                && "TLS handshake failed".equals(cause.getMessage());
    }

    private static boolean isProtocolError(Throwable cause) {
        return cause instanceof HttpException
                // As the engine wraps what is wrong with a trailer field (5.4.4).
                || cause.getCause() instanceof ParseException
                || cause instanceof MessageConstraintException
                || cause instanceof H2ConnectionException
                || (cause instanceof MalformedChunkCodingException && !(cause instanceof TruncatedChunkException));
    }
}
