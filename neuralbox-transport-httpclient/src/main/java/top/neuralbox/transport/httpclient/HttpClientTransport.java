package top.neuralbox.transport.httpclient;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * A transport on the asynchronous client of Apache HttpClient 5. Thread-safe.
 *
 * <p>On purpose, no factory takes a finished {@code CloseableHttpAsyncClient}. By default, such a client sends a POST again
 * after status 429 and 503, which may bill it twice. It follows redirects and turns the POST into a GET, decompresses without
 * back-pressure, and cannot end a call on a reused connection. Once the client is built, none of this can be switched off or
 * seen from outside. {@link Builder#customize} gives access to the client's builder instead. The settings on which this
 * transport relies are applied after it.
 *
 * <p>The default is HTTP/1.1. HTTP/2 has to be enabled ({@link TransportConfig.Builder#protocols}), and is then used if the
 * server chooses it by ALPN. It is off because HttpClient 5.6.5 ends streams on frames and settings that RFC 9113 allows,
 * and because a call would gain nothing: each call has its own connection in either version, as is HttpClient's default.
 * HttpClient's sharing of HTTP/2 connections is experimental, and one cancelled call would close the connection of the
 * others. So {@link TransportConfig#maxConnections()} limits the calls in flight. Cancelling an HTTP/2 call closes its
 * connection, which has only that stream.
 *
 * @since 0.1.0
 */
public final class HttpClientTransport implements Transport {

    /** The engine writes these fields, which frame the message. A caller's value would contradict them. */
    private static final Set<String> FRAMING = Set.of("connection", "content-length", "transfer-encoding", "upgrade");

    private final Engine engine;
    private final Set<HttpClientCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private HttpClientTransport(Builder builder) {
        this.engine = Engine.start(builder.config, builder.customizer, builder.lookUp);
    }

    /**
     * A transport with the {@linkplain TransportConfig#defaults() default settings}.
     *
     * @throws IllegalStateException if the HttpClient on the class path cannot be used; the message names the versions that
     *     were found
     */
    public static HttpClientTransport create() {
        return builder().build();
    }

    /**
     * A transport with these settings.
     *
     * @throws IllegalStateException if the HttpClient on the class path cannot be used; the message names the versions that
     *     were found
     */
    public static HttpClientTransport create(TransportConfig config) {
        return builder().config(config).build();
    }

    /** A builder for a transport. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public TransportCall start(TransportRequest request) {
        requireExpressible(request);
        HttpClientCall call = new HttpClientCall(request, engine, calls::remove, null);
        begin(call);
        return call;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Each connection serves one call at a time, over HTTP/2 too. An idle connection is closed after 30 seconds.
     */
    @Override
    public CompletableFuture<Void> warmUp(URI uri, int connections, Duration connectTimeout) {
        TransportRequest like = TransportRequest.builder("GET", uri)
                .connectTimeout(connectTimeout)
                .build();
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1: " + connections);
        }
        int count = Math.min(connections, engine.freePlaces());
        if (count == 0 && !closed.get()) {
            return CompletableFuture.completedFuture(null);
        }
        WarmUp warmUp = new WarmUp();
        List<HttpClientCall> connecting = Stream.generate(() -> new HttpClientCall(like, engine, calls::remove, warmUp))
                .limit(Math.max(1, count))
                .toList();
        warmUp.begin(connecting);
        connecting.forEach(this::begin);
        return warmUp.ready();
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
            // The engine does not report the end of an exchange when it closes (5.6.5), so each call is ended here.
            // Waiting calls come first. Otherwise they would be sent on the connections that the others free.
            calls.forEach(HttpClientCall::closeUnsent);
            calls.forEach(HttpClientCall::close);
            engine.close();
        }
    }

    /** For tests. */
    Engine engine() {
        return engine;
    }

    private void begin(HttpClientCall call) {
        calls.add(call);
        // The order matters: close() sets the flag first, and then ends the calls in the set.
        if (closed.get()) {
            call.close();
        } else {
            call.begin();
        }
    }

    private static void requireExpressible(TransportRequest request) {
        if (request.method().equalsIgnoreCase("CONNECT")) {
            throw new IllegalArgumentException("the method CONNECT is not supported (RFC 9110, section 9.3.6)");
        }
        for (String name : request.headers().keySet()) {
            if (FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("the transport writes the header " + name + " itself");
            }
        }
    }

    /** Builds a transport. Not thread-safe. */
    public static final class Builder {

        private TransportConfig config = TransportConfig.defaults();
        private UnaryOperator<HttpAsyncClientBuilder> customizer = UnaryOperator.identity();

        private HostNames.LookUp lookUp = InetAddress::getAllByName;

        private Builder() {}

        /** Sets the settings that every transport has: trust, client certificate, proxy, connections, protocols. */
        public Builder config(TransportConfig config) {
            this.config = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * Sets a function that changes the engine's builder, for example to add interceptors. It runs once in {@link #build()},
         * before this transport applies its own settings. So those always hold: connection manager, TLS, proxy, threads,
         * buffers, and no retries, redirects, cookies, authentication or decompression. Interceptors run on the engine's I/O
         * threads and must not block. An interceptor that logs header fields logs the API key.
         */
        public Builder customize(UnaryOperator<HttpAsyncClientBuilder> customizer) {
            this.customizer = Objects.requireNonNull(customizer, "customizer");
            return this;
        }

        /** Looks names up elsewhere. For tests. */
        Builder lookUp(HostNames.LookUp lookUp) {
            this.lookUp = lookUp;
            return this;
        }

        /**
         * Builds the transport and starts its threads.
         *
         * @throws IllegalStateException if the HttpClient on the class path cannot be used; the message names the versions that
         *     were found
         */
        public HttpClientTransport build() {
            return new HttpClientTransport(this);
        }
    }
}
