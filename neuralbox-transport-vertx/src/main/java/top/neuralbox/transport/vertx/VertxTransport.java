package top.neuralbox.transport.vertx;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientBuilder;
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
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * Carries calls on Vert.x.
 *
 * <p>Each exchange runs on the {@link HttpClient} beneath a {@link WebClient}, because the Web Client itself hands a
 * response over only when it is complete and cannot cancel one. {@link #webClient()} is a Web Client over the same client,
 * so an application's other calls to the same hosts share its connections.
 *
 * <p>Thread-safe. The response and the signals of its body come on an event loop: do not block there.
 *
 * @since 0.1.0
 */
public final class VertxTransport implements Transport {

    private static final int CLOSE_MILLIS = 1_000;

    private final VertxInternal vertx;
    private final TransportConfig config;
    private final boolean speaksClearText;
    private final HttpClient client;
    private final WebClient webClient;
    private final ConnectionQueue queue;
    private final EventLoops eventLoops;
    private final @Nullable Http2Connections connections;

    /** Null on a {@code Vertx} of the application, whose names and connections are its own matter. */
    private final @Nullable HostNames names;

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
            // One pool for each name: the engine would look it up first, and have one for each address.
            builder.with(pool).withAddressResolver(AddressResolver.<Address>mappingResolver(VertxTransport::itself));
        }
        this.client = builder
                // Calls report what befalls their connection; the engine would write it to the log as well.
                .withConnectHandler(connection -> eventLoops.opened(connection.exceptionHandler(reported -> {})))
                .build();
        this.webClient = WebClient.wrap(client, web);
        this.queue = new ConnectionQueue(pool.getHttp1MaxSize());
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
        EngineVersions.require();
        Objects.requireNonNull(config, "config");
        // The event loops start there as well, since each is told its name.
        return CleanThread.call(() -> own(config, HostNames.ofThePlatform(), System::nanoTime));
    }

    /**
     * A transport on the application's {@code Vertx}, which stays open when the transport is closed.
     *
     * <p>A call that is started on one of its event loops stays there; calls from other threads are spread over all event
     * loops. The options are copied. Pipelining, decompression and idle time-outs are switched off; what concerns the Web
     * Client alone, such as redirects, holds for {@link #webClient()} and not for calls. At most 1,000 connections.
     *
     * <p>How names are looked up, how long connections are used and how large the windows of HTTP/2 are stays as the {@code
     * Vertx} and the options have it.
     *
     * <p>Where a connection is in clear text, or OpenSSL does its TLS, an interim response other than 100 and 103 ends the call
     * as a protocol failure, and its connection is closed, so that no other call ever reads the answer behind it. Bytes that a
     * server sends behind a whole response close the connection there only if they are more than an empty line or an unfinished
     * status line. A proxy opens a tunnel with status 200 alone, and with nothing before it. An event loop that an {@code Error}
     * has ended gets no more calls; its connections stay as the {@code Vertx} leaves them.
     *
     * <p>A call that is cancelled while a proxy of these options is silent leaves its socket to the proxy's connect timeout;
     * on a {@code Vertx} of the transport's own it is closed at once.
     *
     * @throws IllegalArgumentException if the options switch the verification of certificates or host names off
     * @throws IllegalStateException if Vert.x or Netty on the class path is not the version this transport is made for
     */
    public static VertxTransport create(Vertx vertx, WebClientOptions options) {
        EngineVersions.require();
        Objects.requireNonNull(vertx, "vertx");
        WebClientOptions engine = EngineOptions.of(options);
        return new VertxTransport(
                vertx, null, System::nanoTime, EngineOptions.config(engine), engine, new WebClientOptions(options));
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
        VertxCall call = new VertxCall(this, place(), request, target(request));
        calls.add(call);
        if (closed) {
            call.close();
        } else if (call.isInClearText() && !speaksClearText) {
            call.refuseClearText();
        } else {
            call.start();
        }
        return call;
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
        calls.forEach(VertxCall::close);
        try {
            if (names != null) {
                names.close();
            }
            Future<Void> closing = names != null ? vertx.close() : client.close();
            if (!mustNotBlock(Thread.currentThread())) {
                await(closing);
            }
        } catch (RejectedExecutionException engineIsClosed) {
            // The application has closed its Vertx already, and with it all that would be closed here.
            return;
        }
    }

    /** On a {@code Vertx} of its own, with these names and this clock. */
    static VertxTransport own(TransportConfig config, HostNames names, LongSupplier nanoTime) {
        Vertx own = WatchedNio.vertx(EngineOptions.ownVertx(Runtime.getRuntime().availableProcessors()), names);
        WebClientOptions options = EngineOptions.of(config);
        VertxTransport transport = new VertxTransport(own, names, nanoTime, config, options, options);
        transport.nameEventLoops();
        return transport;
    }

    /** On a {@code Vertx} that is not its own. */
    static VertxTransport on(Vertx vertx, TransportConfig config) {
        WebClientOptions options = EngineOptions.of(config);
        return new VertxTransport(vertx, null, System::nanoTime, config, options, options);
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

    /** Whose addresses connections are made to: the proxy's, or those of the host itself. */
    String firstHop(String host) {
        ProxySettings proxy = config.proxy();
        return proxy == null ? host : proxy.host();
    }

    @Nullable
    HostNames names() {
        return names;
    }

    /** The ages of connections and the loops they live on. */
    EventLoops places() {
        return eventLoops;
    }

    /**
     * Whether a connection that was granted is not to be used: it is too old, or stands still. The engine gives a connection
     * back when it has read a response, and may have stopped it then because the call has not taken so much (5.2.3).
     */
    boolean isSpent(HttpConnection connection) {
        ConnectionAge age = eventLoops.ageOf(connection);
        if (age == null) {
            return false;
        }
        return age.isTaken() || (names != null && age.isSpent(eventLoops.nanoTime()));
    }

    /** Whether a connection of HTTP/2 takes one more stream. On its event loop. */
    boolean takesStream(HttpConnection connection) {
        return connections == null || connections.takesStream(connection);
    }

    void forget(VertxCall call) {
        calls.remove(call);
        call.place().giveBack();
    }

    /** The call's own event loop if it is one of this {@code Vertx} that the application owns, else the least busy one. */
    private EventLoops.Place place() {
        Context current = Vertx.currentContext();
        if (names == null && current != null && current.owner() == vertx && current.isEventLoopContext()) {
            return eventLoops.stay(current);
        }
        return eventLoops.take();
    }

    private void nameEventLoops() {
        for (int i = 0; i < eventLoops().size(); i++) {
            String name = EventLoopThreads.OWN_NAME_PREFIX + i;
            eventLoops().get(i).runOnContext(nothing -> Thread.currentThread().setName(name));
        }
    }

    private RequestOptions target(TransportRequest request) {
        URI uri = URI.create(request.uri().toASCIIString());
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

    private static List<SocketAddress> itself(Address target) {
        return target instanceof SocketAddress known ? List.of(known) : List.of();
    }

    private static void await(Future<Void> closing) {
        try {
            closing.toCompletionStage().toCompletableFuture().get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // The calls have ended; what the engine still holds goes with its threads.
            return;
        }
    }
}
