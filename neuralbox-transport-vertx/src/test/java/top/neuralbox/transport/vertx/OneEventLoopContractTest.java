package top.neuralbox.transport.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import top.neuralbox.contract.TransportHttp2TlsEndContract;
import top.neuralbox.contract.TransportTlsEndContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * What the engine does while it reads reaches the next call at once where all calls share an event loop. On several of them a
 * call mostly comes from another one, and so later.
 */
class OneEventLoopContractTest implements TransportTlsEndContract, TransportHttp2TlsEndContract {

    private static Vertx vertx;

    @BeforeAll
    static void openVertx() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    }

    @AfterAll
    static void closeVertx() {
        vertx.close().await();
    }

    @Override
    public Transport transport(TransportConfig config) {
        return VertxTransport.builder().vertx(vertx).config(config).build();
    }
}
