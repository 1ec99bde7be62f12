package top.neuralbox.transport.vertx;

import top.neuralbox.testkit.contract.TransportBackPressureContract;
import top.neuralbox.testkit.contract.TransportCancellationContract;
import top.neuralbox.testkit.contract.TransportConnectContract;
import top.neuralbox.testkit.contract.TransportFaultContract;
import top.neuralbox.testkit.contract.TransportHeadContract;
import top.neuralbox.testkit.contract.TransportHttp2Contract;
import top.neuralbox.testkit.contract.TransportHttp2GoAwayContract;
import top.neuralbox.testkit.contract.TransportHttp2HeadContract;
import top.neuralbox.testkit.contract.TransportHttp2StreamContract;
import top.neuralbox.testkit.contract.TransportIsolationContract;
import top.neuralbox.testkit.contract.TransportLifecycleContract;
import top.neuralbox.testkit.contract.TransportOnceContract;
import top.neuralbox.testkit.contract.TransportProxyContract;
import top.neuralbox.testkit.contract.TransportRequestContract;
import top.neuralbox.testkit.contract.TransportResponseEndContract;
import top.neuralbox.testkit.contract.TransportSentencesContract;
import top.neuralbox.testkit.contract.TransportStreamingContract;
import top.neuralbox.testkit.contract.TransportTlsContract;
import top.neuralbox.testkit.contract.TransportValuesContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of the SPI, on a {@code Vertx} of the transport's own. */
class VertxTransportContractTest
        implements TransportBackPressureContract,
                TransportCancellationContract,
                TransportConnectContract,
                TransportFaultContract,
                TransportHttp2Contract,
                TransportIsolationContract,
                TransportLifecycleContract,
                TransportHeadContract,
                TransportHttp2GoAwayContract,
                TransportHttp2HeadContract,
                TransportHttp2StreamContract,
                TransportOnceContract,
                TransportProxyContract,
                TransportRequestContract,
                TransportResponseEndContract,
                TransportSentencesContract,
                TransportStreamingContract,
                TransportTlsContract,
                TransportValuesContract {

    @Override
    public Transport transport(TransportConfig config) {
        return VertxTransport.create(config);
    }
}
