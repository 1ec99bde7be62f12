package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http2.H2ConnectionException;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.apache.hc.core5.http2.hpack.HeaderListConstraintException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportException;

/**
 * Maps the engine's exceptions to the failures of the SPI.
 *
 * @param failures the sentences of this exchange
 * @param progress how far the exchange was
 * @param behindProxy whether the first host is a proxy
 * @param readToEnd whether the peer had closed the connection when the engine reported the failure
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

    /** The engine's message for a reset by the peer begins like this (5.4.4). Its own resets have the same type. */
    private static final String RESET_BY_PEER = "Stream reset (";

    /** Whether the engine rejected a head because of its length. */
    static boolean isTooLong(@Nullable Throwable cause) {
        return cause instanceof MessageConstraintException || cause instanceof HeaderListConstraintException;
    }

    /** The failure to report. A null cause means that the engine ended the exchange without a reason. */
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
        if (cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || (unsent && isUnreachable(cause))) {
            return failures.notConnected(cause);
        }
        if (unsent && behindProxy && cause instanceof IOException) {
            return failures.proxyFailed(isProtocolError(cause) ? null : cause);
        }
        if (progress == Progress.SENT && isStatusOutOfRange(cause)) {
            return failures.protocol("the status code does not have three digits");
        }
        if (cause != null && isProtocolError(cause)) {
            // If the connection ends inside a head, the engine parses the part as if it were whole (5.4.4).
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

    /** Names only the type: a parser's exception quotes the bytes that it could not read, and they may contain the key. */
    private TransportException protocol(Throwable cause) {
        return failures.protocol(cause.getClass().getSimpleName());
    }

    /** Whether this is the engine's exception for a connection that ends inside the handshake (5.4.4). */
    private static boolean isEndOfConnection(SSLException cause) {
        return cause instanceof SSLHandshakeException
                && cause.getCause() == null
                && "TLS handshake failed".equals(cause.getMessage());
    }

    /** The JDK has no type of its own for a network that cannot be reached. */
    private static boolean isUnreachable(@Nullable Throwable cause) {
        return cause instanceof SocketException
                && String.valueOf(cause.getMessage()).contains("unreachable");
    }

    /** The engine checks the status over HTTP/2 where its own code uses it (5.4.4). */
    private static boolean isStatusOutOfRange(@Nullable Throwable cause) {
        // Not a subclass: foreign code may have thrown it, and may throw again when it is asked for its message.
        String message =
                cause != null && cause.getClass() == IllegalArgumentException.class ? cause.getMessage() : null;
        return message != null
                && (message.startsWith("Unknown category for status code") || message.startsWith("Status code"));
    }

    private static boolean isProtocolError(Throwable cause) {
        return cause instanceof HttpException
                // The engine wraps the failure of a trailer field like this (5.4.4).
                || cause.getCause() instanceof ParseException
                || cause instanceof MessageConstraintException
                || cause instanceof H2ConnectionException
                || (cause instanceof MalformedChunkCodingException && !(cause instanceof TruncatedChunkException));
    }
}
