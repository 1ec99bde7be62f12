package top.neuralbox.transport.httpclient;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * Carries NeuralBox calls over Apache HttpClient 5 (asynchronous). Thread-safe.
 *
 * <p>There is no factory that takes a finished {@code CloseableHttpAsyncClient}, on purpose. A client built elsewhere sends
 * a POST again on status 429 and 503 by default, which may bill it twice; follows redirects and turns the POST into a GET;
 * decompresses without regard to back-pressure; and gives no means to end a call on a reused connection. None of it can be
 * switched off or seen from outside once the client is built. {@link Builder#customize} reaches the builder instead, and the
 * settings that this transport's promises rest on are applied after it.
 *
 * <p>It speaks HTTP/1.1. HTTP/2 has to be asked for ({@link TransportConfig.Builder#protocols}), and is then used where the
 * server chooses it by ALPN: the engine ends streams on frames and settings that RFC 9113 allows (5.6.5), and a call would
 * gain nothing. For each call has a connection of its own in either version, as is HttpClient's way: its sharing of HTTP/2
 * connections is experimental, and there one cancelled call would close the connection beneath the others. So {@link
 * TransportConfig#maxConnections()} bounds the calls under way, and cancelling an HTTP/2 call closes its connection, which
 * ends the one stream on it.
 *
 * @since 0.1.0
 */
public final class HttpClientTransport implements Transport {

    /** These frame the message, and the engine writes them; a caller's own would contradict it. */
    private static final Set<String> FRAMING = Set.of("connection", "content-length", "transfer-encoding", "upgrade");

    private final Engine engine;
    private final Set<HttpClientCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private HttpClientTransport(Builder builder) {
        this.engine = Engine.start(builder.config, builder.customizer);
    }

    /**
     * A transport with the {@linkplain TransportConfig#defaults() default settings}.
     *
     * @throws IllegalStateException if the HttpClient on the class path cannot serve, naming the versions found
     */
    public static HttpClientTransport create() {
        return builder().build();
    }

    /**
     * A transport with these settings.
     *
     * @throws IllegalStateException if the HttpClient on the class path cannot serve, naming the versions found
     */
    public static HttpClientTransport create(TransportConfig config) {
        return builder().config(config).build();
    }

    /** Starts to collect settings. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public TransportCall start(TransportRequest request) {
        requireExpressible(request);
        HttpClientCall call = new HttpClientCall(request, engine, calls::remove);
        calls.add(call);
        // In this order: close() sets the flag first and then ends what it finds in the set.
        if (closed.get()) {
            call.close();
        } else {
            call.begin();
        }
        return call;
    }

    @Override
    public String name() {
        return TransportThreads.TRANSPORT_NAME;
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return TransportThreads.mustNotBlock(thread);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // The engine tells nobody that their exchange has ended (5.6.5), so each one is ended here.
            // Those that wait come first, or they would be sent on the connections that the others leave.
            calls.forEach(HttpClientCall::closeUnsent);
            calls.forEach(HttpClientCall::close);
            engine.close();
        }
    }

    private static void requireExpressible(TransportRequest request) {
        if (request.method().equalsIgnoreCase("CONNECT")) {
            throw new IllegalArgumentException("CONNECT is no method of an exchange (RFC 9110, section 9.3.6)");
        }
        for (String name : request.headers().keySet()) {
            if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(name + " is the transport's to write");
            }
        }
    }

    /** Collects the settings of a transport. Not thread-safe. */
    public static final class Builder {

        private TransportConfig config = TransportConfig.defaults();
        private UnaryOperator<HttpAsyncClientBuilder> customizer = UnaryOperator.identity();

        private Builder() {}

        /** Sets what any transport can be told: trust, client certificate, proxy, connections, protocols. */
        public Builder config(TransportConfig config) {
            this.config = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * Reaches the engine's builder, for instance to add interceptors. It runs once in {@link #build()} and before this
         * transport applies its own settings, which therefore hold: connection manager, TLS, proxy, threads, buffers, and
         * no retries, redirects, cookies, authentication or decompression. Interceptors run on the engine's I/O threads and
         * must not block; one that logs header fields logs the API key.
         */
        public Builder customize(UnaryOperator<HttpAsyncClientBuilder> customizer) {
            this.customizer = Objects.requireNonNull(customizer, "customizer");
            return this;
        }

        /**
         * Makes the transport and starts its threads.
         *
         * @throws IllegalStateException if the HttpClient on the class path cannot serve, naming the versions found
         */
        public HttpClientTransport build() {
            return new HttpClientTransport(this);
        }
    }
}
