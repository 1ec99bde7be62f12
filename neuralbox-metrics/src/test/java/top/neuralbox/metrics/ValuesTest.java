package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** Whatever a setter accepts works: each text is the name of a client, a model and a tenant, and then a call is made. */
class ValuesTest {

    private static final FakeAnswer COMPLETE =
            FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE);

    @ParameterizedTest
    @MethodSource("texts")
    void anyNameIsATag(String text) {
        for (MeterNaming naming : MeterNaming.values()) {
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
                    .naming(naming)
                    .models(List.of(text, "m", "m"))
                    .tenants(() -> text, Set.of(text))
                    .deltaGaps(true)
                    .build();
            FakeTransport transport = new FakeTransport().answerAlways(COMPLETE);
            Ends ends = new Ends();
            try (NeuralBox client = Captured.client(transport, text, metrics, ends)) {
                assertThat(client.generateAsync(GenerationRequest.of("m", "p"))
                                .join()
                                .text())
                        .isEqualTo("Here");
                ends.await();
            }

            assertThat(registry.get("neuralbox.client.usage").tag("client", text).counters().stream()
                            .mapToDouble(counter -> counter.count())
                            .sum())
                    .isEqualTo(3);
            assertThat(registry.scrape()).contains("neuralbox_client_usage_credits_total{");
            metrics.remove(text);
            // The timers of OpenTelemetry's naming have no client and stay.
            assertThat(registry.getMeters())
                    .noneMatch(meter -> meter.getId().getName().startsWith("neuralbox"));
        }
    }

    static Stream<String> texts() {
        return Stream.of(
                "",
                " ",
                "x",
                "\ud83d\ude00",
                "\ud83d",
                "a\nb",
                "\u0000",
                "\"",
                "\\",
                "{}",
                "other",
                "none",
                "x".repeat(100_000));
    }
}
