package top.neuralbox.examples.chat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.vertx.VertxTransport;

/** The chat as the command serves it, on a free port and before a local service of the test's making. */
record ChatRun(LocalNeuralBox service, Vertx vertx, NeuralBox neuralBox, PrometheusMeterRegistry registry, URI uri)
        implements AutoCloseable {

    static ChatRun start(Path page, VisitorLimit limit, LocalNeuralBox.Builder local) throws Exception {
        return start(page, limit, local, true);
    }

    static ChatRun start(Path page, VisitorLimit limit, LocalNeuralBox.Builder local, boolean billing)
            throws Exception {
        LocalNeuralBox service = local.start();
        Vertx vertx = Vertx.vertx();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        NeuralBox neuralBox = NeuralBox.builder()
                .name("chat")
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(VertxTransport.create(vertx, new WebClientOptions()))
                .listener(NeuralBoxMetrics.create(registry))
                .build();
        ChatServer.Settings settings =
                new ChatServer.Settings(0, page, List.of("gpt-5", "gpt-5-mini"), true, billing, registry::scrape);
        int port = ChatServer.start(vertx, neuralBox, limit, settings)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
        return new ChatRun(service, vertx, neuralBox, registry, URI.create("http://127.0.0.1:" + port + "/"));
    }

    @Override
    public void close() throws Exception {
        neuralBox.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        service.close();
    }
}
