package top.neuralbox.transport.vertx;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import top.neuralbox.testkit.TestCertificates;

/** A server on 127.0.0.1 that offers HTTP/2 and HTTP/1.1 over TLS, and counts its connections. */
final class Http2Server implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger connections = new AtomicInteger();
    private final HttpServer server;

    private Http2Server(TestCertificates certificates, int streams, Handler<HttpServerRequest> handler) {
        HttpServerOptions options = new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                // A key is mandatory, even where the context below brings its own.
                .setKeyCertOptions(KeyCertOptions.wrap(ManagerFactories.holding(certificates.clientKeyManager())))
                .setSslEngineOptions(new GivenContext(certificates.server()));
        options.getInitialSettings().setMaxConcurrentStreams(streams);
        server = vertx.createHttpServer(options)
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(handler)
                .listen(0, "127.0.0.1")
                .await();
    }

    static Http2Server start(TestCertificates certificates, int streams, Handler<HttpServerRequest> handler) {
        return new Http2Server(certificates, streams, handler);
    }

    URI uri() {
        return URI.create("https://localhost:" + server.actualPort() + "/api/v2/generate");
    }

    int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    /** Serves with a context of the JDK, which the engine's own options have no place for. */
    private static final class GivenContext extends JdkSSLEngineOptions {

        private final SSLContext context;

        GivenContext(SSLContext context) {
            this.context = context;
        }

        @Override
        public SslContextFactory sslContextFactory() {
            ApplicationProtocolConfig alpn = new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    "h2",
                    "http/1.1");
            return () -> new JdkSslContext(
                    context, false, null, IdentityCipherSuiteFilter.INSTANCE, alpn, ClientAuth.NONE, null, false);
        }
    }
}
