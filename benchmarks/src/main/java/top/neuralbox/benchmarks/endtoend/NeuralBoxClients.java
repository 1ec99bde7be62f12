package top.neuralbox.benchmarks.endtoend;

import java.net.URI;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Limits;
import top.neuralbox.NeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** Makes clients for one server, each with a transport of its own. */
final class NeuralBoxClients {

    /** More than any run opens. */
    static final int MOST_STREAMS = 20_000;

    static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write");

    private final Transport transport;
    private final int keptText;

    private NeuralBoxClients(Transport transport, int keptText) {
        this.transport = transport;
        this.keptText = keptText;
    }

    static NeuralBoxClients onHttpClient(Wire wire, int keptText) {
        return new NeuralBoxClients(
                HttpClientTransport.builder().config(config(wire)).build(), keptText);
    }

    static NeuralBoxClients onVertx(Wire wire, int keptText) {
        return new NeuralBoxClients(VertxTransport.create(config(wire)), keptText);
    }

    /** A client for what is below this path; all of them share the connections. */
    NeuralBox at(URI base) {
        return NeuralBox.builder()
                .apiKey("nb_" + "0".repeat(45))
                .baseUri(base)
                .transport(transport)
                .limits(Limits.builder().keptText(keptText).build())
                .build();
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
