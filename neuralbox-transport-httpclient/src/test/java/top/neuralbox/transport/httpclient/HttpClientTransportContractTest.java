package top.neuralbox.transport.httpclient;

import top.neuralbox.contract.TransportBackPressureContract;
import top.neuralbox.contract.TransportCancellationContract;
import top.neuralbox.contract.TransportConnectContract;
import top.neuralbox.contract.TransportFaultContract;
import top.neuralbox.contract.TransportHeadContract;
import top.neuralbox.contract.TransportHttp2Contract;
import top.neuralbox.contract.TransportHttp2HeadContract;
import top.neuralbox.contract.TransportHttp2IsolationContract;
import top.neuralbox.contract.TransportHttp2StreamContract;
import top.neuralbox.contract.TransportHttp2TlsEndContract;
import top.neuralbox.contract.TransportIsolationContract;
import top.neuralbox.contract.TransportLifecycleContract;
import top.neuralbox.contract.TransportOnceContract;
import top.neuralbox.contract.TransportProxyContract;
import top.neuralbox.contract.TransportRequestContract;
import top.neuralbox.contract.TransportResponseEndContract;
import top.neuralbox.contract.TransportSentencesContract;
import top.neuralbox.contract.TransportStreamingContract;
import top.neuralbox.contract.TransportTlsContract;
import top.neuralbox.contract.TransportTlsEndContract;
import top.neuralbox.contract.TransportValuesContract;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of the SPI, over real sockets. */
@Logs("the subscriber of a response body threw")
class HttpClientTransportContractTest
        implements TransportBackPressureContract,
                TransportCancellationContract,
                TransportConnectContract,
                TransportFaultContract,
                TransportHttp2Contract,
                TransportHttp2HeadContract,
                TransportHttp2IsolationContract,
                TransportIsolationContract,
                TransportLifecycleContract,
                TransportHeadContract,
                TransportHttp2StreamContract,
                TransportHttp2TlsEndContract,
                TransportOnceContract,
                TransportProxyContract,
                TransportRequestContract,
                TransportResponseEndContract,
                TransportSentencesContract,
                TransportStreamingContract,
                TransportTlsContract,
                TransportTlsEndContract,
                TransportValuesContract {

    @Override
    public Transport transport(TransportConfig config) {
        return HttpClientTransport.create(config);
    }
}
