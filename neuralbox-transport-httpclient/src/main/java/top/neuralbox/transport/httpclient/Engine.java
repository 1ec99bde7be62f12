package top.neuralbox.transport.httpclient;

import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.routing.DefaultProxyRoutePlanner;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;

/** The client beneath one transport, set up for token streams, with the threads that belong to it. */
final class Engine {

    /**
     * The engine keeps three buffers of this size for each HTTP/1.1 connection. Its default of 32 KiB costs 107 KiB of heap
     * a stream, this one 21 KiB; half as much would take 14 KiB, but a third more CPU time for a stream in large chunks. A
     * token's event has about 50 bytes.
     */
    private static final int HTTP1_BUFFER = 4 * 1024;

    /** What is read of an HTTP/2 body that nobody asks for. It must cover a round trip, so it is larger than HTTP/1.1's. */
    private static final int HTTP2_WINDOW = 64 * 1024;

    /** The smallest that RFC 9113 allows; the engine allocates a buffer of this size for each HTTP/2 connection. */
    private static final int HTTP2_FRAME = 16 * 1024;

    /** The bound on a response head, as HTTP/1.1 writes it. The engine's buffers grow to it only if a head needs them. */
    static final int MAX_HEAD = ExchangeFailures.MOST_HEAD_BYTES;

    /** A name of one character, a colon, and the end of the line. */
    private static final int SHORTEST_FIELD = 4;

    /** HTTP/2 counts 32 bytes more for each field (RFC 9113, section 6.5.2), which may be as short as 5 in HTTP/1.1. */
    private static final int MAX_FIELD_LIST = 8 * MAX_HEAD;

    /** Servers and load balancers commonly drop an idle connection after a minute: be earlier, and do not lose the race. */
    private static final TimeValue MAX_IDLE = TimeValue.ofSeconds(30);

    /** Connections are renewed, so that a change of the name's addresses is followed. Streams under way are left alone. */
    private static final TimeValue MAX_AGE = TimeValue.ofMinutes(5);

    private static final long EVICTION_SECONDS = 10;

    private final HttpAsyncClientBuilder builder;
    private final HostNames names;
    private final ScheduledThreadPoolExecutor timer;
    private final Lock replacing = new ReentrantLock();
    private volatile Reactor reactor;
    private volatile boolean closed;
    private final Future<?> eviction;
    private final TransportConfig config;
    private final @Nullable HttpHost proxy;

    private Engine(TransportConfig config, UnaryOperator<HttpAsyncClientBuilder> customizer) {
        this.config = config;
        this.proxy = proxyHost(config.proxy());
        this.names = new HostNames();
        this.timer = new ScheduledThreadPoolExecutor(1, new TransportThreads("timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.builder = builder(customizer, proxy);
        this.reactor = newReactor();
        try {
            this.eviction = timer.scheduleWithFixedDelay(
                    () -> reactor.evict(MAX_IDLE), EVICTION_SECONDS, EVICTION_SECONDS, TimeUnit.SECONDS);
        } catch (Throwable noThread) {
            reactor.close();
            throw noThread;
        }
    }

    /**
     * Starts a client.
     *
     * @throws IllegalStateException if the engine on the class path cannot serve, with the versions found
     */
    static Engine start(TransportConfig config, UnaryOperator<HttpAsyncClientBuilder> customizer) {
        EngineVersions.requireSupported();
        try {
            return new Engine(config, customizer);
        } catch (LinkageError mismatch) {
            throw EngineVersions.unusable(mismatch);
        }
    }

    TransportConfig config() {
        return config;
    }

    boolean speaks(Protocol version) {
        return speaks(config, version);
    }

    HostNames names() {
        return names;
    }

    /** Runs a task on the timer's thread unless the returned handle is cancelled first. */
    Future<?> schedule(Runnable task, long delayNanos) {
        return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    /** The host that a connection for this target is made to. */
    HttpHost firstHop(HttpHost target) {
        return proxy != null ? proxy : target;
    }

    /**
     * Hands an exchange to the client. It does not block once the {@linkplain #names() name} has been resolved. Throws an {@code
     * Error} of the machine if the client lost a thread, and none can be made.
     */
    Future<?> execute(HttpHost target, AsyncRequestProducer request, HttpClientCall call) {
        HttpClientContext context = HttpClientContext.create();
        ExchangeGates.attach(context, call);
        authenticate(context);
        ResponseConsumer consumer = new ResponseConsumer(call);
        FutureCallback<Void> end = new FutureCallback<>() {
            @Override
            public void completed(Void nothing) {}

            @Override
            public void failed(Exception cause) {
                call.engineFailed(cause);
            }

            @Override
            public void cancelled() {
                call.engineFailed(null);
            }
        };
        Reactor live = liveReactor();
        call.carriedBy(live);
        return live.begin(call, client -> client.execute(target, request, consumer, null, context, end));
    }

    /** Ends the threads and sockets, but tells no exchange: end the calls first. */
    void close() {
        closed = true;
        eviction.cancel(false);
        replacing.lock();
        try {
            reactor.close();
        } finally {
            replacing.unlock();
        }
        names.close();
        timer.shutdown();
    }

    /** The reactor for the next call: another one if the last has lost a thread. */
    private Reactor liveReactor() {
        if (!reactor.isBroken()) {
            return reactor;
        }
        replacing.lock();
        try {
            if (reactor.isBroken() && !closed) {
                reactor = newReactor();
            }
            return reactor;
        } finally {
            replacing.unlock();
        }
    }

    private Reactor newReactor() {
        WatchedConnections connections = connections(config, names);
        return new Reactor(
                connections,
                timer,
                reactor -> builder.setConnectionManager(connections)
                        .setThreadFactory(new TransportThreads(TransportThreads.IO, reactor::threadEnded))
                        .setIoReactorExceptionCallback(reactor::failed)
                        .build());
    }

    /** Basic credentials go out with the first request: a challenge could not be answered, the body is sent once. */
    private void authenticate(HttpClientContext context) {
        ProxySettings settings = config.proxy();
        if (proxy == null || settings == null) {
            return;
        }
        String username = settings.username();
        String password = settings.password();
        if (username != null && password != null) {
            BasicScheme basic = new BasicScheme();
            basic.initPreemptive(new UsernamePasswordCredentials(username, password.toCharArray()));
            context.resetAuthExchange(proxy, basic);
        }
    }

    /** Connections and threads are set for each client that is made of it. */
    private static HttpAsyncClientBuilder builder(
            UnaryOperator<HttpAsyncClientBuilder> customizer, @Nullable HttpHost proxy) {
        HttpAsyncClientBuilder builder =
                Objects.requireNonNull(customizer.apply(HttpAsyncClientBuilder.create()), "the customizer's builder");
        return builder.disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState()
                .setDefaultRequestConfig(requestConfig())
                .setConnectionManagerShared(false)
                .setRoutePlanner(proxy == null ? new DefaultRoutePlanner(null) : new DefaultProxyRoutePlanner(proxy))
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setSoKeepAlive(true)
                        .setTcpNoDelay(true)
                        .build())
                .setHttp1Config(http1Config())
                .setH2Config(http2Config())
                .setIoSessionDecorator(BurstSession::over)
                .addExecInterceptorFirst("neuralbox-enter", ExchangeGates::enter)
                .addExecInterceptorAfter(ChainElement.CONNECT.name(), "neuralbox-guard", ExchangeGates::fence)
                .addExecInterceptorLast("neuralbox-fence", ExchangeGates::fence)
                .addRequestInterceptorLast(ExchangeGates::beforeSending);
    }

    /** HTTP/2 where it is asked for: the engine ends streams on what the standard lets a server send (see the README). */
    private static boolean speaks(TransportConfig config, Protocol version) {
        return config.protocolsOr(Protocol.HTTP_1_1).contains(version);
    }

    private static WatchedConnections connections(TransportConfig config, HostNames names) {
        WatchedConnections connections = new WatchedConnections(tls(config), names);
        connections.setMaxTotal(config.maxConnections());
        connections.setDefaultMaxPerRoute(config.maxConnections());
        connections.setDefaultConnectionConfig(
                ConnectionConfig.custom().setTimeToLive(MAX_AGE).build());
        connections.setDefaultTlsConfig(TlsConfig.custom()
                .setVersionPolicy(
                        speaks(config, Protocol.HTTP_2) ? HttpVersionPolicy.NEGOTIATE : HttpVersionPolicy.FORCE_HTTP_1)
                // The call's own timer covers the handshake.
                .setHandshakeTimeout(Timeout.DISABLED)
                .build());
        return connections;
    }

    private static DefaultClientTlsStrategy tls(TransportConfig config) {
        TrustManager trust = config.trustManager();
        KeyManager key = config.keyManager();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    key == null ? null : new KeyManager[] {key},
                    trust == null ? null : new TrustManager[] {trust},
                    null);
            return new DefaultClientTlsStrategy(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be set up with these trust and key managers", e);
        }
    }

    /** Core owns time-outs, retries, redirects and content codings, or nobody does. */
    private static RequestConfig requestConfig() {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.DISABLED)
                .setAuthenticationEnabled(false)
                .setContentCompressionEnabled(false)
                .setRedirectsEnabled(false)
                .setExpectContinueEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .setHardCancellationEnabled(true)
                .build();
    }

    private static Http1Config http1Config() {
        return Http1Config.custom()
                .setBufferSize(HTTP1_BUFFER)
                .setInitialWindowSize(BodyPublisher.WINDOW)
                .setMaxLineLength(MAX_HEAD)
                .setMaxHeaderCount(MAX_HEAD / SHORTEST_FIELD)
                .build();
    }

    private static H2Config http2Config() {
        return H2Config.custom()
                .setPushEnabled(false)
                .setInitialWindowSize(HTTP2_WINDOW)
                .setMaxFrameSize(HTTP2_FRAME)
                .setMaxHeaderListSize(MAX_FIELD_LIST)
                .build();
    }

    private static @Nullable HttpHost proxyHost(@Nullable ProxySettings settings) {
        return settings == null ? null : new HttpHost("http", settings.host(), settings.port());
    }
}
