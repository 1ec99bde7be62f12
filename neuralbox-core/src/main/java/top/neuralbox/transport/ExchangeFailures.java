package top.neuralbox.transport;

import java.net.NoRouteToHostException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportException.Kind;

/**
 * The failures of one exchange, with sentences that are the same on every transport. A transport finds the reason and calls the
 * method that is named for it. The method gives the kind and the sentence.
 *
 * <p>A sentence names the host that failed, the service's or the proxy's, with its port. It holds no header value, no password
 * and no data of the peer. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class ExchangeFailures {

    /** The most bytes of a response head, with its status line and field lines. */
    public static final int MOST_HEAD_BYTES = 64 * 1024;

    /** The most interim responses (status 1xx) that a transport skips before the final one. */
    public static final int MOST_INTERIM_RESPONSES = 32;

    /** Longer reasons of an engine are cut, because some engines include the data that they have read. */
    private static final int LONGEST_REASON = 200;

    /** The names of HTTP/2's error codes, in order (RFC 9113, section 7). */
    private static final String[] ERROR_CODES = {
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED"
    };

    /** The JDK's messages (17 to 25) if the answer to the handshake is not TLS. */
    private static final Set<String> NO_TLS =
            Set.of("Unsupported or unrecognized SSL message", "Unrecognized SSL message, plaintext connection?");

    private final String host;
    private final int port;
    private final @Nullable ProxySettings proxy;
    private final int maxConnections;
    private final Duration connectTimeout;

    private ExchangeFailures(TransportRequest request, TransportConfig config) {
        URI uri = request.uri();
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        this.host = uri.getHost();
        this.port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        this.proxy = config.proxy();
        this.maxConnections = config.maxConnections();
        this.connectTimeout = request.connectTimeout();
    }

    /** The failures that this request can have on a transport with these settings. */
    public static ExchangeFailures of(TransportRequest request, TransportConfig config) {
        return new ExchangeFailures(request, config);
    }

    /** The first host, the proxy if there is one, has no address. */
    public TransportException unknownHost(@Nullable Throwable cause) {
        return proxy == null
                ? failure(Kind.DNS, "the name " + host + " does not resolve", cause)
                : failure(Kind.PROXY, "the name of the proxy, " + proxy.host() + ", does not resolve", cause);
    }

    /** The first host, the proxy if there is one, refuses the TCP connection or cannot be reached. */
    public TransportException notConnected(@Nullable Throwable cause) {
        return failure(
                proxy == null ? Kind.REFUSED : Kind.PROXY,
                firstHop() + (isUnreachable(cause) ? " cannot be reached" : " refused the connection"),
                cause);
    }

    /** The proxy answered instead of the service, or asked for other credentials. */
    public TransportException proxyAnswered(int status) {
        return failure(Kind.PROXY, firstHop() + " answered with status " + status, null);
    }

    /** The proxy closed the connection, or sent an answer that is not HTTP, before the tunnel was open. */
    public TransportException proxyFailed(@Nullable Throwable cause) {
        return failure(Kind.PROXY, firstHop() + " did not open a tunnel to " + service(), cause);
    }

    /** The TLS handshake failed. The last cause gives the reason. */
    public TransportException tlsFailed(Throwable cause) {
        if (NO_TLS.contains(reason(cause))) {
            return noTls();
        }
        return failure(Kind.TLS, "the TLS handshake with " + service() + " failed: " + reason(cause), cause);
    }

    /** The peer answered the TLS handshake with something else. Its bytes are not quoted. */
    public TransportException noTls() {
        return failure(Kind.TLS, service() + " does not speak TLS on this port", null);
    }

    /** Nothing was written within the connect timeout, and no connection was made. */
    public TransportException connectTimedOut() {
        return failure(
                Kind.CONNECT_TIMEOUT, "no connection to " + firstHop() + " was made within " + millis() + " ms", null);
    }

    /** Nothing was written within the connect timeout, and all connections were in use. */
    public TransportException poolTimedOut() {
        return failure(
                Kind.POOL_TIMEOUT,
                "no connection became free within " + millis() + " ms: all of maxConnections (" + maxConnections
                        + ") are in use",
                null);
    }

    /** The connection ended before the request was written. */
    public TransportException lostBeforeRequest(@Nullable Throwable cause) {
        return failure(Kind.LOST, lost() + " before the request was sent", cause);
    }

    /** The connection ended after the request was written, at least in part, and before the response head was complete. */
    public TransportException lostBeforeHead(@Nullable Throwable cause) {
        return failure(Kind.LOST, lost() + " before the response head", cause);
    }

    /** The connection ended inside the response's body. */
    public TransportException lostInBody(@Nullable Throwable cause) {
        return failure(Kind.LOST, lost() + " inside the response", cause);
    }

    /**
     * The peer reset the HTTP/2 stream.
     *
     * @param code the error code of the RST_STREAM frame (RFC 9113, section 7)
     */
    public TransportException streamReset(long code, @Nullable Throwable cause) {
        String name = code >= 0 && code < ERROR_CODES.length
                ? ERROR_CODES[(int) code]
                : "0x" + Long.toHexString(code).toUpperCase(Locale.ROOT);
        return failure(Kind.LOST, service() + " reset the stream with the HTTP/2 error code " + name, cause);
    }

    /**
     * The peer broke the HTTP protocol.
     *
     * @param what one clause without any byte of the peer, for example {@code the chunk size is malformed}
     */
    public TransportException protocol(String what) {
        return failure(Kind.PROTOCOL, service() + " broke the HTTP protocol: " + what, null);
    }

    /** The head of the response is longer than {@link #MOST_HEAD_BYTES}. */
    public TransportException headTooLong() {
        return protocol("the response head is longer than " + MOST_HEAD_BYTES / 1024 + " KiB");
    }

    /** More than {@link #MOST_INTERIM_RESPONSES} interim responses came. */
    public TransportException tooManyInterim() {
        return protocol("more than " + MOST_INTERIM_RESPONSES + " interim responses came before the final one");
    }

    /** The status of the response is 101, but no request asked for that (RFC 9110, section 15.2.2). */
    public TransportException switchedProtocols() {
        return protocol("it switched to another protocol, which was not asked for");
    }

    /** The head gives the length of the content in two ways (RFC 9112, section 6.3). */
    public TransportException conflictingLengths() {
        return protocol("the response gives the length of its content in more than one way");
    }

    /** Only HTTP/2 is allowed, but the peer speaks HTTP/1.1 or clear text. */
    public TransportException http2Missing(boolean clearText) {
        return failure(
                Kind.PROTOCOL,
                (clearText ? "HTTP/2 is spoken over TLS only" : service() + " did not choose HTTP/2")
                        + ", and HTTP/1.1 is switched off",
                null);
    }

    /** The caller cancelled the call. */
    public TransportException cancelled() {
        return failure(Kind.CANCELLED, "the call was cancelled", null);
    }

    /** The transport was closed during the call or before it. */
    public TransportException closed() {
        return failure(Kind.CLOSED, "the transport is closed", null);
    }

    /** Any other failure, including a defect. */
    public TransportException other(@Nullable Throwable cause) {
        return failure(Kind.OTHER, "the exchange with " + service() + " failed", cause);
    }

    private String lost() {
        return "the connection to " + service() + " was lost";
    }

    private String service() {
        return host + ":" + port;
    }

    private String firstHop() {
        return proxy == null ? service() : "the proxy " + proxy.host() + ":" + proxy.port();
    }

    private long millis() {
        try {
            return connectTimeout.toMillis();
        } catch (ArithmeticException centuries) {
            return Long.MAX_VALUE;
        }
    }

    /** The JDK has one exception for a refusal and for an unreachable network. Only the message distinguishes them. */
    private static boolean isUnreachable(@Nullable Throwable cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            String message = next.getMessage();
            if (next instanceof NoRouteToHostException || (message != null && message.contains("unreachable"))) {
                return true;
            }
        }
        return false;
    }

    /** Engines wrap the reason. The last cause has it. */
    private static String reason(Throwable cause) {
        Throwable last = cause;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        String message =
                Objects.requireNonNullElse(last.getMessage(), last.getClass().getSimpleName());
        return message.length() <= LONGEST_REASON ? message : message.substring(0, LONGEST_REASON) + "…";
    }

    private static TransportException failure(Kind kind, String sentence, @Nullable Throwable cause) {
        return new TransportException(kind, sentence, cause);
    }
}
