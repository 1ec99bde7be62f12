package top.neuralbox.examples.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import io.vertx.micrometer.backends.BackendRegistries;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.vertx.VertxTransport;

/** What the page on wiring shows for Vert.x: its registry has the client's meters beside its own. */
class VertxWiringTest {

    private static final String HEADING = "## Vert.x\n";
    private static final String FENCE = "```java\n";

    @Test
    void registryOfVertxHasTheClientsMeters() throws Exception {
        String apiKey = LocalNeuralBox.apiKey();
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions()
                        .setMetricsOptions(new MicrometerMetricsOptions()
                                .setEnabled(true)
                                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))))
                .withMetrics(new MicrometerMetricsFactory())
                .build();
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            URI baseUri = service.uri();
            MeterRegistry registry = BackendRegistries.getDefaultNow();
            NeuralBox neuralBox = NeuralBox.builder()
                    .apiKey(apiKey)
                    .baseUri(baseUri)
                    .transport(VertxTransport.create(vertx, new WebClientOptions()))
                    .listener(NeuralBoxMetrics.create(registry))
                    .build();
            neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));

            assertThat(registry.getMeters())
                    .extracting(Meter::getId)
                    .extracting(Meter.Id::getName)
                    .contains("neuralbox.client.generation.duration", "vertx.http.client.requests");
            neuralBox.close();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void exampleOfThePageIsTheOneThatRuns() throws IOException {
        String page = Files.readString(Path.of("../docs/metrics/wiring.md"));
        String example = page.substring(page.indexOf(FENCE, page.indexOf(HEADING)) + FENCE.length());
        String source = Files.readString(Path.of("src/test/java/top/neuralbox/examples/wiring/VertxWiringTest.java"));

        assertThat(squeezed(source)).contains(squeezed(example.substring(0, example.indexOf("```"))));
    }

    /** Where a line is broken is the formatter's affair. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
