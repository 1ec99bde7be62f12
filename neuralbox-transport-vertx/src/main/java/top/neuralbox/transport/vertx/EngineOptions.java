package top.neuralbox.transport.vertx;

import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;

/** The engine's options: some follow from a {@link TransportConfig}, and the others are fixed. */
final class EngineOptions {

    /**
     * The most connections that the engine can count: it multiplies its limits for HTTP/1.1 and HTTP/2 as an {@code int}.
     */
    static final int MOST_CONNECTIONS = 46_340;

    /**
     * The call's own timer ends the attempt to connect, and closes the connection. The time-outs of the engine are longer than
     * anybody waits. They only limit the requests of an application's own Web Client.
     */
    private static final int CONNECT_BACKSTOP_SECONDS = 300;

    /**
     * Some connections are not known to the call: those of a given {@code Vertx} before their TLS, and all in their TLS behind a
     * proxy. Only these time-outs free them after the call.
     */
    private static final int UNKNOWN_BACKSTOP_SECONDS = 30;

    /** Below the usual limits of servers and gateways, so that they rarely close first. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    /** Limits the bytes that the engine reads ahead: it queues up to 16 chunks before it stops reading. */
    private static final int CHUNK_BYTES = 4 * 1024;

    /**
     * The bytes that a server may send on a stream that is not read. The engine's default is 1 MiB. Together with the bytes
     * that {@link ResponseFlow} keeps ahead, they stay below 128 KiB.
     */
    private static final int STREAM_WINDOW = 64 * 1024;

    /** The most that HTTP/2 allows (RFC 9113, section 6.9.1): only the windows of the streams limit a connection. */
    private static final int CONNECTION_WINDOW = Integer.MAX_VALUE;

    /**
     * This many streams use half of their connection's window if none of them is read. The other half may be used and not yet
     * returned: the engine returns a window when half of it is used (Netty 4.2).
     */
    private static final int MOST_STREAMS = CONNECTION_WINDOW / STREAM_WINDOW / 2;

    /**
     * Above the limit of {@link ResponseHead}, because HTTP/2 counts 32 extra bytes for each field. A longer head may end the
     * connection.
     */
    private static final int HTTP2_HEAD_BYTES = 4 * ResponseHead.MOST_BYTES;

    private EngineOptions() {}

    static VertxOptions ownVertx(int eventLoops) {
        FileSystemOptions noFiles =
                new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        return new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                .setInternalBlockingPoolSize(2)
                .setWorkerPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(noFiles);
    }

    /** For a {@code Vertx} of the transport's own. */
    static WebClientOptions own(TransportConfig config) {
        return of(config, CONNECT_BACKSTOP_SECONDS);
    }

    /** For a given {@code Vertx} without options. */
    static WebClientOptions given(TransportConfig config) {
        return of(config, UNKNOWN_BACKSTOP_SECONDS);
    }

    /** @param connectSeconds the most time for TCP, and for a tunnel */
    private static WebClientOptions of(TransportConfig config, int connectSeconds) {
        WebClientOptions options = new WebClientOptions();
        options.setMaxChunkSize(CHUNK_BYTES);
        options.setHttp2ConnectionWindowSize(CONNECTION_WINDOW).setHttp2MultiplexingLimit(MOST_STREAMS);
        options.getInitialSettings().setInitialWindowSize(STREAM_WINDOW);
        options.setKeepAliveTimeout(KEEP_ALIVE_SECONDS).setHttp2KeepAliveTimeout(KEEP_ALIVE_SECONDS);
        options.setConnectTimeout(connectSeconds * 1_000);
        options.setSslHandshakeTimeout(config.proxy() == null ? CONNECT_BACKSTOP_SECONDS : UNKNOWN_BACKSTOP_SECONDS);
        options.setFollowRedirects(false).setUserAgentEnabled(false);
        options.setSslEngineOptions(new TlsEngine(config.trustManager(), config.keyManager()));
        if (config.proxy() != null) {
            options.setProxyOptions(proxy(config.proxy(), connectSeconds));
        }
        return speak(headsOf(options), config.protocolsOr(Protocol.HTTP_1_1, Protocol.HTTP_2));
    }

    /**
     * A copy of a caller's options.
     *
     * @throws IllegalArgumentException if they disable the verification of certificates or host names
     */
    static WebClientOptions copyOf(WebClientOptions given) {
        ProxyOptions proxy = given.getProxyOptions();
        ClientSSLOptions tlsOfProxy = proxy == null ? null : proxy.getSslOptions();
        if (given.isTrustAll() || !given.isVerifyHost() || (tlsOfProxy != null && tlsOfProxy.isTrustAll())) {
            throw new IllegalArgumentException(
                    "options must not disable the verification of certificates or host names");
        }
        return new WebClientOptions(given);
    }

    /**
     * A copy of a caller's options, with the given settings and the fixed options set.
     *
     * @throws IllegalArgumentException if a manager of the settings cannot be used with the options
     */
    static WebClientOptions of(WebClientOptions given, TransportConfig config) {
        WebClientOptions options = new WebClientOptions(given);
        // The engine's idle timers fire while we pause. With pipelining, a request would wait for the stream before it.
        options.setIdleTimeout(0).setReadIdleTimeout(0).setWriteIdleTimeout(0);
        options.setPipelining(false);
        // A shared client of this name may exist already, with other options: its own trust, pool and time-outs.
        options.setShared(false);
        options.setDecompressionSupported(false);
        secure(options, config);
        if (config.proxy() != null) {
            options.setProxyOptions(proxy(config.proxy(), UNKNOWN_BACKSTOP_SECONDS))
                    .setNonProxyHosts(List.of());
        }
        headsOf(options);
        Set<Protocol> own = protocols(options);
        Set<Protocol> chosen = config.protocolsOr(own.toArray(Protocol[]::new));
        return options.isUseAlpn() || !chosen.equals(own) ? speak(options, chosen) : options;
    }

    /** These settings, with the proxy of the engine's options. */
    static TransportConfig config(WebClientOptions engine, TransportConfig config) {
        ProxyOptions proxy = engine.getProxyOptions();
        return proxy == null || config.proxy() != null
                ? config
                : TransportConfig.builder()
                        .maxConnections(config.maxConnections())
                        .proxy(ProxySettings.of(proxy.getHost(), proxy.getPort()))
                        .build();
    }

    static PoolOptions pool(int maxConnections) {
        int most = Math.min(maxConnections, MOST_CONNECTIONS);
        // The limits are equal, because a smaller one for HTTP/2 would delay requests to HTTP/1.1 servers too.
        return new PoolOptions().setHttp1MaxSize(most).setHttp2MaxSize(most);
    }

    /** Uses the managers of the settings, or else those of the options. */
    private static void secure(WebClientOptions options, TransportConfig config) {
        boolean hasManager = config.trustManager() != null || config.keyManager() != null;
        if (options.getSslEngineOptions() instanceof OpenSSLEngineOptions) {
            if (hasManager) {
                throw new IllegalArgumentException(
                        "a trust or key manager of the settings needs the JDK's TLS, but the options choose OpenSSL");
            }
            return;
        }
        // The engine would prefer what its options hold.
        if (config.trustManager() != null) {
            options.setTrustOptions(null);
        }
        if (config.keyManager() != null) {
            options.setKeyCertOptions(null);
        }
        options.setSslEngineOptions(new TlsEngine(config.trustManager(), config.keyManager()));
    }

    /** The versions that a caller's options speak. */
    private static Set<Protocol> protocols(WebClientOptions options) {
        if (options.isUseAlpn()) {
            return EnumSet.allOf(Protocol.class);
        }
        return EnumSet.of(options.getProtocolVersion() == HttpVersion.HTTP_2 ? Protocol.HTTP_2 : Protocol.HTTP_1_1);
    }

    /** Accepts heads up to the limit of {@link ResponseHead}, and no pushed response. */
    private static WebClientOptions headsOf(WebClientOptions options) {
        options.setMaxInitialLineLength(Math.max(options.getMaxInitialLineLength(), ResponseHead.MOST_BYTES));
        options.setMaxHeaderSize(Math.max(options.getMaxHeaderSize(), ResponseHead.MOST_BYTES));
        if (options.getInitialSettings() == null) {
            options.setInitialSettings(new Http2Settings());
        }
        Http2Settings settings = options.getInitialSettings();
        settings.setMaxHeaderListSize(Math.max(settings.getMaxHeaderListSize(), HTTP2_HEAD_BYTES));
        // No call asks for a pushed response, and no call would read it.
        settings.setPushEnabled(false);
        return options;
    }

    private static ProxyOptions proxy(ProxySettings settings, int connectSeconds) {
        ProxyOptions options = new ProxyOptions()
                .setType(ProxyType.HTTP)
                .setHost(settings.host())
                .setPort(settings.port())
                .setConnectTimeout(Duration.ofSeconds(connectSeconds));
        if (settings.username() != null) {
            options.setUsername(settings.username()).setPassword(settings.password());
        }
        return options;
    }

    /**
     * Puts HTTP/1.1 first, although HTTP/2 is preferred if a server offers both (the server chooses, RFC 7301). The engine uses
     * the first version for clear text, and would otherwise ask the server for an upgrade.
     */
    private static WebClientOptions speak(WebClientOptions options, Set<Protocol> protocols) {
        boolean http1 = protocols.contains(Protocol.HTTP_1_1);
        boolean http2 = protocols.contains(Protocol.HTTP_2);
        options.setUseAlpn(http2);
        if (http2) {
            options.setAlpnVersions(
                    http1 ? List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2) : List.of(HttpVersion.HTTP_2));
        }
        options.setProtocolVersion(http1 ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_2);
        return options;
    }
}
