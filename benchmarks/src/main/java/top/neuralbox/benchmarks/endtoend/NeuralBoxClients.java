package top.neuralbox.benchmarks.endtoend;

import io.vertx.core.Vertx;
import java.net.URI;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** Makes clients for one server, each with a transport of its own, and with the defaults but for the pool's size and the features. */
final class NeuralBoxClients {

    /** More than any run opens. */
    static final int MOST_STREAMS = 20_000;

    static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write");

    private final Transport transport;
    private final Feature[] features;

    private NeuralBoxClients(Transport transport, Feature[] features) {
        this.transport = transport;
        this.features = features;
    }

    static NeuralBoxClients onHttpClient(Wire wire, Feature... features) {
        return new NeuralBoxClients(
                HttpClientTransport.builder().config(config(wire)).build(), features);
    }

    static NeuralBoxClients onVertx(Wire wire, Feature... features) {
        return new NeuralBoxClients(VertxTransport.create(config(wire)), features);
    }

    /** On the event loops of this application. */
    static NeuralBoxClients onVertx(Vertx vertx) {
        return new NeuralBoxClients(
                VertxTransport.builder().vertx(vertx).config(config(Wire.CLEAR)).build(), new Feature[0]);
    }

    /** A client for what is below this path; all of them share the connections. */
    NeuralBox at(URI base) {
        NeuralBox.Builder client =
                NeuralBox.builder().apiKey("nb_" + "0".repeat(45)).baseUri(base).transport(transport);
        for (Feature feature : features) {
            feature.switchOn(client);
        }
        return client.build();
    }

    void close() {
        transport.close();
    }

    private static TransportConfig config(Wire wire) {
        TransportConfig.Builder config = TransportConfig.builder()
                .maxConnections(MOST_STREAMS)
                .protocols(wire == Wire.HTTP2 ? Protocol.HTTP_2 : Protocol.HTTP_1_1);
        return wire == Wire.CLEAR
                ? config.build()
                : config.trustManager(new Wire.TrustsAnyone()).build();
    }
}
