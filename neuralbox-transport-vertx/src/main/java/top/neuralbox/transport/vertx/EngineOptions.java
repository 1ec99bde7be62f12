package top.neuralbox.transport.vertx;

import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;

/** The engine's options: those that follow from a {@link TransportConfig}, and those that are not for choosing. */
final class EngineOptions {

    /**
     * The most connections that the engine can count: it multiplies its limits for HTTP/1.1 and HTTP/2 as an {@code int}.
     */
    static final int MOST_CONNECTIONS = 46_340;

    /** Connecting ends with the call's own timer; these only free what the engine holds on to beyond it. */
    private static final int CONNECT_BACKSTOP_SECONDS = 30;

    /** Below what servers and gateways in front of them usually allow, so that they rarely close first. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    /** Bounds what the engine reads ahead: it queues up to 16 chunks before it stops reading. */
    private static final int CHUNK_BYTES = 4 * 1024;

    /**
     * What a server may send on a stream that nobody reads; the engine's default is 1 MiB. Together with what {@link
     * BodyPublisher} keeps ahead it stays below 128 KiB.
     */
    private static final int STREAM_WINDOW = 64 * 1024;

    /** All that HTTP/2 allows (RFC 9113, section 6.9.1): the streams' own windows are what bounds a connection. */
    private static final int CONNECTION_WINDOW = Integer.MAX_VALUE;

    /**
     * So many streams leave half of their connection's window when none of them is read. The other half may be on its way
     * back: the engine returns a window when half of it is used up (Netty 4.2).
     */
    private static final int MOST_STREAMS = CONNECTION_WINDOW / STREAM_WINDOW / 2;

    /** HTTP/2 counts 32 bytes more for each field than there are. {@link ResponseHead} has the bound; this one ends all. */
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

    static WebClientOptions of(TransportConfig config) {
        WebClientOptions options = new WebClientOptions();
        options.setMaxChunkSize(CHUNK_BYTES);
        options.setHttp2ConnectionWindowSize(CONNECTION_WINDOW).setHttp2MultiplexingLimit(MOST_STREAMS);
        options.getInitialSettings().setInitialWindowSize(STREAM_WINDOW);
        options.setKeepAliveTimeout(KEEP_ALIVE_SECONDS).setHttp2KeepAliveTimeout(KEEP_ALIVE_SECONDS);
        options.setConnectTimeout(CONNECT_BACKSTOP_SECONDS * 1_000);
        options.setSslHandshakeTimeout(CONNECT_BACKSTOP_SECONDS);
        options.setFollowRedirects(false).setUserAgentEnabled(false);
        options.setSslEngineOptions(new TlsEngine(config.trustManager(), config.keyManager()));
        if (config.proxy() != null) {
            options.setProxyOptions(proxy(config.proxy()));
        }
        Set<Protocol> protocols = config.protocolsOr(Protocol.HTTP_1_1, Protocol.HTTP_2);
        return speak(headsOf(options), protocols.contains(Protocol.HTTP_1_1), protocols.contains(Protocol.HTTP_2));
    }

    /**
     * A copy of a caller's options with what is not for choosing.
     *
     * @throws IllegalArgumentException if they switch the verification of certificates or host names off
     */
    static WebClientOptions of(WebClientOptions given) {
        if (given.isTrustAll() || !given.isVerifyHost()) {
            throw new IllegalArgumentException("options must leave the verification of certificates and host names on");
        }
        WebClientOptions options = new WebClientOptions(given);
        // The engine's own idle timers fire while we pause, and one request behind another would wait for its stream.
        options.setIdleTimeout(0).setReadIdleTimeout(0).setWriteIdleTimeout(0);
        options.setPipelining(false);
        options.setDecompressionSupported(false);
        if (!(given.getSslEngineOptions() instanceof OpenSSLEngineOptions)) {
            options.setSslEngineOptions(new TlsEngine(null, null));
        }
        headsOf(options);
        return options.isUseAlpn() ? speak(options, true, true) : options;
    }

    /** What a caller's options say of the proxy and the pool, in the terms of the SPI. */
    static TransportConfig config(WebClientOptions given) {
        ProxyOptions proxy = given.getProxyOptions();
        return proxy == null
                ? TransportConfig.defaults()
                : TransportConfig.builder()
                        .proxy(ProxySettings.of(proxy.getHost(), proxy.getPort()))
                        .build();
    }

    static PoolOptions pool(int maxConnections) {
        int most = Math.min(maxConnections, MOST_CONNECTIONS);
        // Equal limits: with a smaller one for HTTP/2, requests for HTTP/1.1 servers are held back as well.
        return new PoolOptions().setHttp1MaxSize(most).setHttp2MaxSize(most);
    }

    /** Lets heads of the documented size through, whose bound {@link ResponseHead} has, and no response that is pushed. */
    private static WebClientOptions headsOf(WebClientOptions options) {
        options.setMaxInitialLineLength(Math.max(options.getMaxInitialLineLength(), ResponseHead.MOST_BYTES));
        options.setMaxHeaderSize(Math.max(options.getMaxHeaderSize(), ResponseHead.MOST_BYTES));
        if (options.getInitialSettings() == null) {
            options.setInitialSettings(new Http2Settings());
        }
        Http2Settings settings = options.getInitialSettings();
        settings.setMaxHeaderListSize(Math.max(settings.getMaxHeaderListSize(), HTTP2_HEAD_BYTES));
        // Nobody asked for what a server would push, and nobody would read it.
        settings.setPushEnabled(false);
        return options;
    }

    private static ProxyOptions proxy(ProxySettings settings) {
        ProxyOptions options = new ProxyOptions()
                .setType(ProxyType.HTTP)
                .setHost(settings.host())
                .setPort(settings.port())
                .setConnectTimeout(Duration.ofSeconds(CONNECT_BACKSTOP_SECONDS));
        if (settings.username() != null) {
            options.setUsername(settings.username()).setPassword(settings.password());
        }
        return options;
    }

    /**
     * HTTP/1.1 stands first although HTTP/2 is preferred where a server offers both (the server chooses, RFC 7301): the
     * engine takes the first for clear text, and would otherwise ask for an upgrade that nobody asked for.
     */
    private static WebClientOptions speak(WebClientOptions options, boolean http1, boolean http2) {
        if (http2) {
            options.setUseAlpn(true);
            options.setAlpnVersions(
                    http1 ? List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2) : List.of(HttpVersion.HTTP_2));
        }
        options.setProtocolVersion(http1 ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_2);
        return options;
    }
}
