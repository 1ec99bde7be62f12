package top.neuralbox.transport.vertx;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import top.neuralbox.testkit.contract.TransportBackPressureContract;
import top.neuralbox.testkit.contract.TransportCancellationContract;
import top.neuralbox.testkit.contract.TransportConnectContract;
import top.neuralbox.testkit.contract.TransportFaultContract;
import top.neuralbox.testkit.contract.TransportHeadContract;
import top.neuralbox.testkit.contract.TransportHttp2GoAwayContract;
import top.neuralbox.testkit.contract.TransportHttp2HeadContract;
import top.neuralbox.testkit.contract.TransportHttp2StreamContract;
import top.neuralbox.testkit.contract.TransportOnceContract;
import top.neuralbox.testkit.contract.TransportRequestContract;
import top.neuralbox.testkit.contract.TransportSentencesContract;
import top.neuralbox.testkit.contract.TransportStreamingContract;
import top.neuralbox.testkit.contract.TransportTlsContract;
import top.neuralbox.testkit.contract.TransportValuesContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of the SPI on one {@code Vertx} that outlives every transport. */
class GivenVertxContractTest
        implements TransportBackPressureContract,
                TransportCancellationContract,
                TransportConnectContract,
                TransportFaultContract,
                TransportHeadContract,
                TransportHttp2GoAwayContract,
                TransportHttp2HeadContract,
                TransportHttp2StreamContract,
                TransportOnceContract,
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
        return VertxTransport.on(vertx, config);
    }
}
