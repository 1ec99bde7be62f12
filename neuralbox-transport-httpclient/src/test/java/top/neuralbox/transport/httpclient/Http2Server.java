package top.neuralbox.transport.httpclient;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import top.neuralbox.testkit.TestCertificates;

/** A real server of HTTP/2 over TLS on 127.0.0.1. */
final class Http2Server implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    private Http2Server(TestCertificates certificates, Handler<HttpServerRequest> handler) throws TimeoutException {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(certificates.serverKeyManager()));
        this.server = vertx.createHttpServer(options)
                .requestHandler(handler)
                .listen()
                .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static Http2Server start(TestCertificates certificates, Handler<HttpServerRequest> handler)
            throws TimeoutException {
        return new Http2Server(certificates, handler);
    }

    URI uri(String path) {
        return URI.create("https://127.0.0.1:" + server.actualPort() + path);
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
