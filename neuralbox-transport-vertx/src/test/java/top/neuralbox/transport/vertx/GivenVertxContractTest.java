package top.neuralbox.transport.vertx;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import top.neuralbox.contract.TransportBackPressureContract;
import top.neuralbox.contract.TransportCancellationContract;
import top.neuralbox.contract.TransportConnectContract;
import top.neuralbox.contract.TransportFaultContract;
import top.neuralbox.contract.TransportHeadContract;
import top.neuralbox.contract.TransportHttp2GoAwayContract;
import top.neuralbox.contract.TransportHttp2HeadContract;
import top.neuralbox.contract.TransportHttp2StreamContract;
import top.neuralbox.contract.TransportHttp2TlsEndContract;
import top.neuralbox.contract.TransportOnceContract;
import top.neuralbox.contract.TransportRequestContract;
import top.neuralbox.contract.TransportSentencesContract;
import top.neuralbox.contract.TransportStreamingContract;
import top.neuralbox.contract.TransportTlsContract;
import top.neuralbox.contract.TransportTlsEndContract;
import top.neuralbox.contract.TransportValuesContract;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of the SPI on one {@code Vertx} that outlives every transport. */
@Logs("the subscriber of a response body threw")
class GivenVertxContractTest
        implements TransportBackPressureContract,
                TransportCancellationContract,
                TransportConnectContract,
                TransportFaultContract,
                TransportHeadContract,
                TransportHttp2GoAwayContract,
                TransportHttp2HeadContract,
                TransportHttp2StreamContract,
                TransportHttp2TlsEndContract,
                TransportOnceContract,
                TransportRequestContract,
                TransportSentencesContract,
                TransportStreamingContract,
                TransportTlsContract,
                TransportTlsEndContract,
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
        return VertxTransport.builder().vertx(vertx).config(config).build();
    }
}
