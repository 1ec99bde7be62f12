package top.neuralbox.transport.httpclient;

import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
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

/** The HttpClient of one transport, configured for token streams, with its threads. */
final class Engine {

    /**
     * The engine keeps three buffers of this size for each HTTP/1.1 connection. Its default of 32 KiB costs 107 KiB of heap for
     * a stream, this size 21 KiB. Half of it would cost 14 KiB, but a third more CPU time for a stream in large chunks. A
     * token's event has about 50 bytes.
     */
    private static final int HTTP1_BUFFER = 4 * 1024;

    /** The bytes of an HTTP/2 body that are read without demand. Must cover a round trip, so it is larger than HTTP/1.1's. */
    private static final int HTTP2_WINDOW = 64 * 1024;

    /** The smallest size that RFC 9113 allows. The engine allocates a buffer of this size for each HTTP/2 connection. */
    private static final int HTTP2_FRAME = 16 * 1024;

    /** The limit of a response head, as HTTP/1.1 writes it. The engine's buffers grow to it only if a head needs that. */
    static final int MAX_HEAD = ExchangeFailures.MOST_HEAD_BYTES;

    /** A name of one character, a colon, and the end of the line. */
    private static final int SHORTEST_FIELD = 4;

    /** HTTP/2 counts 32 bytes more for each field (RFC 9113, section 6.5.2). In HTTP/1.1 a field may have only 5 bytes. */
    private static final int MAX_FIELD_LIST = 8 * MAX_HEAD;

    /** Servers and load balancers often close an idle connection after a minute. Closing earlier avoids the race. */
    private static final TimeValue MAX_IDLE = TimeValue.ofSeconds(30);

    /** Connections are renewed, so that a change of the host's addresses takes effect. Active streams are not interrupted. */
    private static final TimeValue MAX_AGE = TimeValue.ofMinutes(5);

    private static final long EVICTION_SECONDS = 10;

    /** Who resumes a session asks no manager, and its certificates may have been replaced. Zero would mean without limit. */
    private static final int RESUMPTION_SECONDS = 1;

    private final HttpAsyncClientBuilder builder;
    private final HostNames names;
    private final TransportTimer timer;
    /** Only the timer's thread uses it. */
    private final WallClockWatch clock = new WallClockWatch();

    private static final TimeValue SELECT_INTERVAL = TimeValue.ofMilliseconds(100);

    private final Lock replacing = new ReentrantLock();
    private volatile Reactor reactor;
    /** Those that are not known to be closed: the current one, and those whose calls have not ended yet. */
    private final Set<Reactor> reactors = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;
    private final Future<?> eviction;
    private final TransportConfig config;
    private final @Nullable HttpHost proxy;

    private Engine(TransportConfig config, UnaryOperator<HttpAsyncClientBuilder> customizer, HostNames.LookUp lookUp) {
        this.config = config;
        this.proxy = proxyHost(config.proxy());
        this.names = new HostNames(lookUp);
        this.timer = TransportTimer.create();
        this.builder = builder(customizer, proxy);
        this.reactor = newReactor();
        try {
            this.eviction =
                    timer.scheduleWithFixedDelay(this::evict, EVICTION_SECONDS, EVICTION_SECONDS, TimeUnit.SECONDS);
        } catch (Throwable noThread) {
            reactor.close();
            throw noThread;
        }
    }

    /**
     * Starts a client.
     *
     * @throws IllegalStateException if the engine on the class path cannot be used; the message names the versions that were
     *     found
     */
    static Engine start(
            TransportConfig config, UnaryOperator<HttpAsyncClientBuilder> customizer, HostNames.LookUp lookUp) {
        EngineVersions.requireSupported();
        try {
            return new Engine(config, customizer, lookUp);
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

    /** The first host of a connection to this target: the proxy, if there is one. */
    HttpHost firstHop(HttpHost target) {
        return proxy != null ? proxy : target;
    }

    /** How many connections may be used besides those that are in use. */
    int freePlaces() {
        return reactor.freePlaces();
    }

    /**
     * Submits an exchange to the client. Does not block if the {@linkplain #names() name} has been resolved. Throws an {@code
     * Error} if the client lost a thread and no thread can be made.
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
        Reactor live;
        do {
            live = liveReactor();
        } while (!live.admit(call) && !closed);
        call.carriedBy(live);
        return live.client().execute(target, request, consumer, null, context, end);
    }

    /**
     * Gives the calls to come new connections, because the ages of the old ones are not known any more. A connection that was
     * used before the clock went back would stay in the pool for as long as it went back. Calls under way keep theirs.
     */
    void renew() {
        reactor.retire();
    }

    /** Ends the threads and closes the sockets, but tells no exchange. The caller must end the calls first. */
    void close() {
        closed = true;
        eviction.cancel(false);
        replacing.lock();
        try {
            reactors.forEach(Reactor::close);
        } finally {
            replacing.unlock();
        }
        names.close();
        timer.shutdown();
    }

    /** Closes connections that have been idle too long. */
    private void evict() {
        try {
            if (clock.hasJumped()) {
                renew();
            } else {
                reactor.evict(MAX_IDLE);
            }
        } catch (OutOfMemoryError full) {
            // The timer repeats no task that throws. The next round tries again.
        }
    }

    /** The reactor for the next call: a new one if the last one is retired. */
    private Reactor liveReactor() {
        if (!reactor.isRetired()) {
            return reactor;
        }
        replacing.lock();
        try {
            if (reactor.isRetired() && !closed) {
                reactor = newReactor();
                reactors.removeIf(Reactor::isClosed);
            }
            return reactor;
        } finally {
            replacing.unlock();
        }
    }

    private Reactor newReactor() {
        WatchedConnections connections = connections(config, names);
        Reactor made = new Reactor(
                connections,
                timer,
                reactor -> builder.setConnectionManager(connections)
                        .setThreadFactory(new TransportThreads(TransportThreads.IO, reactor::threadEnded))
                        .setIoReactorExceptionCallback(reactor::failed)
                        .build());
        try {
            reactors.add(made);
        } catch (Throwable noMemory) {
            made.close();
            throw noMemory;
        }
        return made;
    }

    /**
     * Sends basic credentials with the first request. A challenge could not be answered, because the body is sent only once.
     */
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

    /** The builder of all clients, without connection manager and threads, which are set for each client. */
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
                        // The engine looks only so often for connections that take too long. Its default is a second.
                        // A call with several addresses may have less for each.
                        .setSelectInterval(SELECT_INTERVAL)
                        .setSoKeepAlive(true)
                        .setTcpNoDelay(true)
                        .build())
                .setHttp1Config(http1Config())
                .setH2Config(http2Config())
                .setIoSessionDecorator(SingleReadSession::over)
                .addExecInterceptorFirst("neuralbox-enter", ExchangeGates::enter)
                .addExecInterceptorBefore(ChainElement.CONNECT.name(), "neuralbox-shield", ExchangeGates::connecting)
                .addExecInterceptorAfter(ChainElement.CONNECT.name(), "neuralbox-guard", ExchangeGates::connected)
                .addExecInterceptorLast("neuralbox-fence", ExchangeGates::fence)
                .addRequestInterceptorLast(ExchangeGates::beforeSending);
    }

    /** HTTP/2 only if enabled: the engine ends streams on frames that the standard allows a server (see the README). */
    private static boolean speaks(TransportConfig config, Protocol version) {
        return config.protocolsOr(Protocol.HTTP_1_1).contains(version);
    }

    static WatchedConnections connections(TransportConfig config, HostNames names) {
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
            if (key != null || trust != null) {
                context.getClientSessionContext().setSessionTimeout(RESUMPTION_SECONDS);
            }
            return new DefaultClientTlsStrategy(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be set up with these trust and key managers", e);
        }
    }

    /** Time-outs, retries, redirects and content codings are only for core, or are not used at all. */
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
                .setInitialWindowSize(BodyWindow.BYTES)
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
