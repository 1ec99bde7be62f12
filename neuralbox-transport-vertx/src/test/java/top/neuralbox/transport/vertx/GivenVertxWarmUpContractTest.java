package top.neuralbox.transport.vertx;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import top.neuralbox.contract.TransportHttp2WarmUpContract;
import top.neuralbox.contract.TransportWarmUpContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * The contract of warm-ups, on one {@code Vertx} that outlives every transport. There the transport does not see what the engine
 * reads before the first request.
 */
class GivenVertxWarmUpContractTest implements TransportWarmUpContract, TransportHttp2WarmUpContract {

    private static Vertx vertx;

    @BeforeAll
    static void openVertx() {
        vertx = Vertx.vertx();
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
