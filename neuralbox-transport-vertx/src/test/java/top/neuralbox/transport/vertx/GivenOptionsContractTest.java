package top.neuralbox.transport.vertx;

import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import top.neuralbox.contract.TransportConnectContract;
import top.neuralbox.contract.TransportRequestContract;
import top.neuralbox.contract.TransportSentencesContract;
import top.neuralbox.contract.TransportStreamingContract;
import top.neuralbox.contract.TransportTlsContract;
import top.neuralbox.contract.TransportValuesContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of the SPI with the settings of a transport on a {@code Vertx} and with options of the application. */
class GivenOptionsContractTest
        implements TransportConnectContract,
                TransportRequestContract,
                TransportSentencesContract,
                TransportStreamingContract,
                TransportTlsContract,
                TransportValuesContract {

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
        return VertxTransport.builder()
                .vertx(vertx, new WebClientOptions().setUseAlpn(true))
                .config(config)
                .build();
    }
}
