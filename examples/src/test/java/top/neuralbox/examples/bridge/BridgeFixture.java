package top.neuralbox.examples.bridge;

import java.util.concurrent.Flow;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/** A local service, a client of it, and the bridge that a test walks over. */
record BridgeFixture(BridgeContract bridge, LocalNeuralBox service, Transport transport, NeuralBox neuralBox)
        implements AutoCloseable {

    static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    static BridgeFixture start(BridgeContract bridge) {
        return start(bridge, LocalNeuralBox.builder());
    }

    static BridgeFixture start(BridgeContract bridge, LocalNeuralBox.Builder local) {
        LocalNeuralBox service = local.start();
        Transport transport = HttpClientTransport.create();
        NeuralBox neuralBox = NeuralBox.builder()
                .baseUri(service.uri())
                .apiKey(LocalNeuralBox.apiKey())
                .transport(transport)
                .build();
        return new BridgeFixture(bridge, service, transport, neuralBox);
    }

    Flow.Publisher<String> publisher() {
        return bridge.text(neuralBox.publish(REQUEST));
    }

    @Override
    public void close() {
        neuralBox.close();
        transport.close();
        service.close();
    }
}
