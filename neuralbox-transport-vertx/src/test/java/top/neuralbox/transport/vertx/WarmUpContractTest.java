package top.neuralbox.transport.vertx;

import top.neuralbox.contract.TransportEarlyBytesContract;
import top.neuralbox.contract.TransportHttp2WarmUpContract;
import top.neuralbox.contract.TransportWarmUpContract;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of warm-ups, on a {@code Vertx} of the transport's own. */
class WarmUpContractTest implements TransportWarmUpContract, TransportEarlyBytesContract, TransportHttp2WarmUpContract {

    @Override
    public Transport transport(TransportConfig config) {
        return VertxTransport.create(config);
    }
}
