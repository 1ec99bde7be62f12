package top.neuralbox.transport.vertx;

import io.netty.channel.EventLoopGroup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.Address;
import io.vertx.core.net.AddressResolver;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * Carries calls on Vert.x.
 *
 * <p>Each exchange runs on the {@link HttpClient} under a {@link WebClient}, because the Web Client itself delivers only
 * complete responses and cannot cancel one. {@link #webClient()} is a Web Client over the same client, so an application's
 * other calls to the same hosts share its connections.
 *
 * <p>Thread-safe. The response and the signals of its body come on an event loop: do not block there.
 *
 * @since 0.1.0
 */
public final class VertxTransport implements Transport {

    private static final int CLOSE_MILLIS = 1_000;

    private static final System.Logger LOG = System.getLogger(VertxTransport.class.getPackageName());

    private final VertxInternal vertx;
    private final TransportConfig config;
    private final boolean speaksClearText;
    private final HttpClient client;
    private final WebClient webClient;
    private final ConnectionQueue queue;
    private final EventLoops eventLoops;
    private final @Nullable Http2Connections connections;

    /** Null on a {@code Vertx} of the application, which manages names and connections itself. */
    private final @Nullable HostNames names;

    private final WarmPlaces warmPlaces;
    private final Set<VertxCall> calls = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    private VertxTransport(
            Vertx vertx,
            @Nullable HostNames names,
            LongSupplier nanoTime,
            TransportConfig config,
            WebClientOptions engine,
            WebClientOptions web) {
        this.vertx = (VertxInternal) vertx;
        this.names = names;
        this.config = config;
        this.speaksClearText = engine.getProtocolVersion() != HttpVersion.HTTP_2;
        this.eventLoops = EventLoops.of(this.vertx, nanoTime);
        this.connections = engine.getSslEngineOptions() instanceof TlsEngine tls ? tls.connections() : null;
        PoolOptions pool = EngineOptions.pool(config.maxConnections());
        HttpClientBuilder builder = vertx.httpClientBuilder().with(engine).with(pool);
        if (names != null) {
            pool.setMaxLifetime((int) ConnectionAge.MOST.toSeconds()).setMaxLifetimeUnit(TimeUnit.SECONDS);
            // One pool for each name. The engine would look the name up first, and have a pool for each address.
            builder.with(pool).withAddressResolver(AddressResolver.<Address>mappingResolver(VertxTransport::itself));
        }
        this.client = builder
                // Calls report failures of their connection. Without this handler the engine would log them too.
                .withConnectHandler(
                        connection -> eventLoops.opened(connection.exceptionHandler(eventLoops::shortageIn)))
                .build();
        this.webClient = WebClient.wrap(client, web);
        this.warmPlaces = new WarmPlaces(vertx, eventLoops);
        this.queue = new ConnectionQueue(pool.getHttp1MaxSize());
        // A copy: a call that starts as others end has lost nothing.
        eventLoops.onShortage(loop -> List.copyOf(calls).forEach(call -> call.memoryRanOut(loop)));
    }

    /**
     * A transport with {@link TransportConfig#defaults()} on a {@code Vertx} of its own.
     *
     * @throws IllegalStateException if Vert.x or Netty on the class path is not the version this transport is made for
     */
    public static VertxTransport create() {
        return create(TransportConfig.defaults());
    }

    /**
     * A transport on a {@code Vertx} of its own, with daemon threads, which {@link #close()} closes.
     *
     * @throws IllegalStateException if Vert.x or Netty on the class path is not the version this transport is made for
     */
    public static VertxTransport create(TransportConfig config) {
        return builder().config(config).build();
    }

    /**
     * A transport on the application's {@code Vertx}, with these options. Closing the transport leaves the {@code Vertx}
     * open. See {@link Builder#vertx(Vertx, WebClientOptions)}.
     *
     * @throws IllegalArgumentException if the options disable the verification of certificates or host names
     * @throws IllegalStateException if Vert.x or Netty on the class path is not the version this transport is made for
     */
    public static VertxTransport create(Vertx vertx, WebClientOptions options) {
        return builder().vertx(vertx, options).build();
    }

    /**
     * A builder for a transport.
     *
     * @throws IllegalStateException if Vert.x or Netty on the class path is not the version this transport is made for
     */
    public static Builder builder() {
        EngineVersions.require();
        return new Builder();
    }

    /**
     * A Web Client for the application's other calls, over the same connections. It lives as long as this transport;
     * closing it closes the transport's connections.
     */
    public WebClient webClient() {
        return webClient;
    }

    @Override
    public TransportCall start(TransportRequest request) {
        VertxCall call = new VertxCall(this, placesHere().get(), request, target(request), null);
        begin(call);
        return call;
    }

    /**
     * {@inheritDoc}
     *
     * <p>One connection of HTTP/2 is enough for all calls. An idle connection is closed after 30 seconds. Connections are spread
     * over the event loops. If this is called on an event loop of the application's {@code Vertx}, they all belong to that one.
     */
    @Override
    public CompletableFuture<Void> warmUp(URI uri, int connections, Duration connectTimeout) {
        TransportRequest like = TransportRequest.builder("GET", uri)
                .connectTimeout(connectTimeout)
                .build();
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1: " + connections);
        }
        int count = Math.min(connections, queue.freePlaces());
        if (count == 0 && !closed) {
            return CompletableFuture.completedFuture(null);
        }
        RequestOptions target = target(like);
        Supplier<EventLoops.Place> places = placesHere();
        return new WarmUp(Math.max(1, count), made -> new VertxCall(this, places.get(), like, target, made)).begin();
    }

    /** Starts a call, unless this transport is closed or may not speak to the call's server. */
    void begin(VertxCall call) {
        calls.add(call);
        if (closed) {
            call.close();
        } else if (call.isInClearText() && !speaksClearText) {
            call.refuseClearText();
        } else {
            call.start();
        }
    }

    @Override
    public String name() {
        return EventLoopThreads.TRANSPORT_NAME;
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return EventLoopThreads.isEventLoop(thread);
    }

    /**
     * {@inheritDoc}
     *
     * <p>On an event loop it does not wait until the engine has closed.
     */
    @Override
    public void close() {
        closed = true;
        // First the calls that wait: the end of another one would let one of them be sent.
        calls.forEach(VertxCall::closeUnsent);
        calls.forEach(VertxCall::close);
        warmPlaces.close();
        try {
            if (names != null) {
                names.close();
            }
            Future<Void> closing = names != null ? vertx.close() : client.close();
            if (names != null) {
                endEventLoopsAfter(closing);
            }
            if (!mustNotBlock(Thread.currentThread())) {
                await(closing);
            }
        } catch (RejectedExecutionException engineIsClosed) {
            // The application has closed its Vertx already, and with it everything that would be closed here.
            return;
        }
    }

    /**
     * Ends the own event loops and their connections, in any case. After a shortage of memory, a step of the engine's close may
     * fail or never complete, and then the engine ends none of them (5.2.3).
     */
    private void endEventLoopsAfter(Future<Void> closing) {
        EventLoopGroup loops = vertx.nettyEventLoopGroup();
        Runnable end = () -> {
            var unused = loops.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
            // Otherwise a late close of the engine would start this loop, only to end it.
            var unusedToo = vertx.acceptorEventLoopGroup().shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        };
        var timer = loops.next().schedule(end, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        closing.onComplete(closed -> {
            timer.cancel(false);
            end.run();
        });
    }

    /** On a {@code Vertx} of its own, with these names and this clock. */
    static VertxTransport own(TransportConfig config, HostNames names, LongSupplier nanoTime) {
        Vertx own = WatchedNio.vertx(EngineOptions.ownVertx(Runtime.getRuntime().availableProcessors()), names);
        WebClientOptions options = EngineOptions.own(config);
        VertxTransport transport = new VertxTransport(own, names, nanoTime, config, options, options);
        transport.nameEventLoops();
        own.exceptionHandler(transport::engineThrew);
        return transport;
    }

    Vertx vertx() {
        return vertx;
    }

    List<Context> eventLoops() {
        return eventLoops.contexts();
    }

    HttpClient client() {
        return client;
    }

    ConnectionQueue queue() {
        return queue;
    }

    boolean sendsThroughProxy() {
        return config.proxy() != null;
    }

    TransportConfig config() {
        return config;
    }

    /** The host that connections are made to: the proxy, or the host itself. */
    String firstHop(String host) {
        ProxySettings proxy = config.proxy();
        return proxy == null ? host : proxy.host();
    }

    @Nullable
    HostNames names() {
        return names;
    }

    WarmPlaces warmPlaces() {
        return warmPlaces;
    }

    /** The ages of connections and the loops they live on. */
    EventLoops places() {
        return eventLoops;
    }

    /**
     * Whether a granted connection must not be used, because it is too old or is paused. The engine gives a connection back
     * when it has read a response. It may have paused the connection then, because the call has not taken all of the response
     * (5.2.3).
     */
    boolean isSpent(HttpConnection connection) {
        ConnectionAge age = eventLoops.ageOf(connection);
        if (age == null) {
            return false;
        }
        return age.isTaken() || (names != null && age.isSpent(eventLoops.nanoTime()));
    }

    /** Whether an HTTP/2 connection takes one more stream. On its event loop. */
    boolean takesStream(HttpConnection connection) {
        return connections == null || connections.takesStream(connection);
    }

    /** Whether the server guarantees that it has not acted on the request; false if that is not known. */
    boolean isCertainlyNotExecuted(HttpClientRequest request) {
        return connections != null && connections.isAboveLastOfPeer(request.connection(), request.streamId());
    }

    /**
     * Resets a stream whose response is whole and whose request is not. The engine takes the request for written as soon as it
     * is queued, and then refuses to reset (5.2.3). On the event loop of the connection.
     */
    void endStream(HttpClientRequest request) {
        if (connections != null) {
            connections.endStream(request.connection(), request.streamId());
        }
    }

    boolean isClosed() {
        return closed;
    }

    void forget(VertxCall call) {
        calls.remove(call);
    }

    /**
     * Places for calls of the current thread: on the current event loop if it belongs to this {@code Vertx} and the application
     * owns that, or else on the least busy one.
     */
    private Supplier<EventLoops.Place> placesHere() {
        Context current = Vertx.currentContext();
        if (names == null && current != null && current.owner() == vertx && current.isEventLoopContext()) {
            return () -> eventLoops.stay(current);
        }
        return eventLoops::take;
    }

    /** A handler of the engine threw, on an event loop. */
    private void engineThrew(Throwable thrown) {
        eventLoops.shortageIn(thrown);
        try {
            LOG.log(Level.ERROR, "a handler of the engine threw", withoutMessage(thrown));
        } catch (Throwable logThrew) {
            eventLoops.shortageIn(logThrew);
        }
    }

    /** The message of an engine's exception may quote what the peer sent, and a peer may echo the key. */
    private static Throwable withoutMessage(Throwable thrown) {
        Throwable shown = new IllegalStateException(thrown.getClass().getName());
        shown.setStackTrace(thrown.getStackTrace());
        return shown;
    }

    private void nameEventLoops() {
        for (int i = 0; i < eventLoops().size(); i++) {
            String name = EventLoopThreads.OWN_NAME_PREFIX + i;
            eventLoops().get(i).runOnContext(nothing -> Thread.currentThread().setName(name));
        }
    }

    private RequestOptions target(TransportRequest request) {
        URI uri = inAscii(request.uri());
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new RequestOptions()
                .setMethod(HttpMethod.valueOf(request.method()))
                .setSsl(tls)
                .setHost(uri.getHost())
                .setPort(port)
                .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                .setFollowRedirects(false);
    }

    /** The URI with every other character escaped. Nearly every URI is ASCII already, and is not parsed again. */
    private static URI inAscii(URI uri) {
        String text = uri.toString();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return URI.create(uri.toASCIIString());
            }
        }
        return uri;
    }

    private static List<SocketAddress> itself(Address target) {
        return target instanceof SocketAddress known ? List.of(known) : List.of();
    }

    private static void await(Future<Void> closing) {
        try {
            closing.toCompletionStage().toCompletableFuture().get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // The calls have ended. The engine's other resources end with its threads.
            return;
        }
    }

    /** Builds a transport. Not thread-safe. */
    public static final class Builder {

        private TransportConfig config = TransportConfig.defaults();
        private @Nullable Vertx vertx;
        private @Nullable WebClientOptions options;

        private Builder() {}

        /** Sets the settings that every transport has: trust, client certificate, proxy, connections, protocols. */
        public Builder config(TransportConfig config) {
            this.config = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * Uses the application's {@code Vertx}, which stays open when the transport is closed. Default: one of the transport's
         * own, with daemon threads, which {@link VertxTransport#close()} closes.
         *
         * <p>A call that is started on one of its event loops stays there. Calls from other threads are spread over all event
         * loops. The {@code Vertx} decides how names are looked up. A connection is closed when it was idle for half a minute,
         * and is not limited in age.
         *
         * <p>On a connection in clear text, an interim response other than 100 and 103 ends the call as a protocol failure.
         * Its connection is closed, so that no other call ever reads the final response. If a server sends bytes after a
         * whole response, such a connection is closed, unless the bytes are only an empty line or an unfinished status line.
         * A proxy must open a tunnel with status 200, and send nothing before it. On a connection of a {@linkplain
         * VertxTransport#warmUp warm-up}, bytes that come before the first request are taken for its response. An event loop
         * that an {@code Error} has ended gets no more calls. Its connections stay as the {@code Vertx} leaves them.
         *
         * <p>If a call is cancelled while a proxy is silent, the call's socket stays open until the connect timeout of the
         * {@code ProxyOptions} has passed. On a {@code Vertx} of the transport's own it is closed at once. Connecting to the
         * host or to the proxy takes at most 30 s, even if the call's {@code connect} time-out is longer. The options of {@link
         * #vertx(Vertx, WebClientOptions)} can raise this for the host.
         */
        public Builder vertx(Vertx vertx) {
            this.vertx = Objects.requireNonNull(vertx, "vertx");
            this.options = null;
            return this;
        }

        /**
         * Uses the application's {@code Vertx}, as {@link #vertx(Vertx)} does, with these options.
         *
         * <p>The options are copied. If {@link #config} sets trust, a client certificate, a proxy or protocols, that
         * replaces the same setting of the options. The limit of connections is always that of the settings. Pipelining,
         * decompression and idle time-outs are switched off. Options of the Web Client itself, such as redirects, apply to
         * {@link VertxTransport#webClient()} and not to calls. How long connections are used, and how large the windows of
         * HTTP/2 are, is up to the options. With TLS by OpenSSL, what {@link #vertx(Vertx)} says about connections in clear
         * text applies too.
         *
         * @throws IllegalArgumentException if the options disable the verification of certificates or host names
         */
        public Builder vertx(Vertx vertx, WebClientOptions options) {
            this.vertx = Objects.requireNonNull(vertx, "vertx");
            this.options = EngineOptions.copyOf(options);
            return this;
        }

        /**
         * Builds the transport.
         *
         * @throws IllegalArgumentException if the settings have a trust or key manager, and the options choose OpenSSL, which
         *     cannot use it
         */
        public VertxTransport build() {
            if (vertx == null) {
                // The event loops start there too, because each gets its name.
                return CleanThread.call(() -> own(config, HostNames.ofThePlatform(), System::nanoTime));
            }
            WebClientOptions engine = options == null ? EngineOptions.given(config) : EngineOptions.of(options, config);
            WebClientOptions web = options == null ? engine : new WebClientOptions(options);
            TransportConfig known = EngineOptions.config(engine, config);
            return new VertxTransport(vertx, null, System::nanoTime, known, engine, web);
        }
    }
}
