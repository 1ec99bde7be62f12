package top.neuralbox.transport.httpclient;

import top.neuralbox.contract.TransportEarlyBytesContract;
import top.neuralbox.contract.TransportHttp2WarmUpContract;
import top.neuralbox.contract.TransportWarmUpContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of warm-ups, over real sockets. */
class WarmUpContractTest implements TransportWarmUpContract, TransportEarlyBytesContract, TransportHttp2WarmUpContract {

    @Override
    public Transport transport(TransportConfig config) {
        return HttpClientTransport.create(config);
    }
}
