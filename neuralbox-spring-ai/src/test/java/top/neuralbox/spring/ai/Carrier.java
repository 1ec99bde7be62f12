package top.neuralbox.spring.ai;

import java.util.function.Supplier;
import top.neuralbox.GenerationListener;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** A transport over which a suite runs. Open until the process ends: closing an engine takes Vert.x a second. */
public enum Carrier {
    HTTPCLIENT(HttpClientTransport::create),
    VERTX(VertxTransport::create);

    private final Supplier<Transport> maker;
    private Transport transport;

    Carrier(Supplier<Transport> maker) {
        this.maker = maker;
    }

    /** A client of this service that sends nothing again by itself. */
    public NeuralBox client(LocalNeuralBox service, GenerationListener... listeners) {
        NeuralBox.Builder client = NeuralBox.builder()
                .baseUri(service.uri())
                .apiKey(LocalNeuralBox.apiKey())
                .transport(transport())
                .retryPolicy(RetryPolicy.none());
        for (GenerationListener listener : listeners) {
            client.listener(listener);
        }
        return client.build();
    }

    private synchronized Transport transport() {
        if (transport == null) {
            transport = maker.get();
        }
        return transport;
    }
}
