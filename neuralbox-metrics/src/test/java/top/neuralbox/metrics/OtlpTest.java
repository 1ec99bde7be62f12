package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.Clock;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.metrics.page.WiringExamples;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/** What a collector receives from Micrometer's OTLP registry: the protobuf on a socket, after real generations. */
class OtlpTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final int COMPLETED = 3;
    /** It would tell where it publishes to. Held, or its level would be forgotten. */
    private static final Logger QUIET = Logger.getLogger("io.micrometer.core.instrument.push.PushMeterRegistry");

    private static OtlpReceiver collector;
    private static LocalNeuralBox service;

    @BeforeAll
    static void generateAndExport() {
        QUIET.setLevel(Level.WARNING);
        collector = OtlpReceiver.start();
        service = LocalNeuralBox.builder().deltas(List.of("A", " haiku", ".")).start();
        OtlpMeterRegistry registry = new OtlpMeterRegistry(new Config(collector.url()), Clock.SYSTEM);
        registry.config().meterFilter(WiringExamples.withoutFillers());
        try (Transport transport = HttpClientTransport.create();
                NeuralBox client = NeuralBox.builder()
                        .apiKey(LocalNeuralBox.apiKey())
                        .baseUri(service.uri())
                        .transport(transport)
                        .listener(NeuralBoxMetrics.builder(registry)
                                .naming(MeterNaming.OTEL_GENAI_0_1)
                                .models(List.of("gpt-5"))
                                .build())
                        .build()) {
            for (int i = 0; i < COMPLETED; i++) {
                var unused = client.generate(REQUEST);
            }
            service.misbehave(Fault.refuse(402, "insufficient_tokens", "no credits"));
            refused(client);
        }
        // It exports what there is, on this thread.
        registry.close();
    }

    @AfterAll
    static void stop() {
        collector.close();
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"duration", "time_to_first_chunk", "time_per_output_chunk"})
    void arrivesAsAHistogramWithTheBucketsOfTheConvention(String name) {
        Metric metric = collector.metric("gen_ai.client.inference." + name);
        assertThat(metric.hasHistogram()).isTrue();
        assertThat(metric.getHistogram().getDataPointsList())
                .isNotEmpty()
                .allSatisfy(point -> assertThat(point.getExplicitBoundsList())
                        .containsExactly(
                                0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96,
                                81.92));
    }

    @Test
    void countsAreCumulative() {
        assertThat(collector
                        .metric("gen_ai.client.inference.duration")
                        .getHistogram()
                        .getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }

    @ParameterizedTest
    @CsvSource({"duration, 3", "time_to_first_chunk, 3", "time_per_output_chunk, 6"})
    void eachGenerationAndEachChunkAfterItsFirstCounts(String name, int count) {
        HistogramDataPoint completed = points(name).stream()
                .filter(point -> !OtlpReceiver.attributes(point).containsKey("error.type"))
                .findFirst()
                .orElseThrow();
        assertThat(completed.getCount()).isEqualTo(count);
        assertThat(completed.getBucketCountsList().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(count);
    }

    @Test
    void timesAreSeconds() {
        double first = points("time_to_first_chunk").get(0).getSum();
        double whole = points("duration").stream()
                .mapToDouble(HistogramDataPoint::getSum)
                .sum();
        assertThat(first).isPositive().isLessThanOrEqualTo(whole);
        // Milliseconds would be a thousand times that.
        assertThat(whole).isCloseTo(0, within(60.0));
        assertThat(collector.metric("gen_ai.client.inference.duration").getUnit())
                .isEqualTo("seconds");
    }

    @Test
    void attributesAreThoseOfTheConventionWithoutFillers() {
        Map<String, String> shared = Map.of(
                "gen_ai.operation.name", "chat",
                "gen_ai.provider.name", "neuralbox",
                "gen_ai.request.model", "gpt-5",
                "server.address", service.uri().getHost(),
                "server.port", String.valueOf(service.uri().getPort()));
        assertThat(points("duration"))
                .extracting(OtlpReceiver::attributes)
                .containsExactlyInAnyOrder(
                        and(shared, "gen_ai.response.model", "gpt-5"), and(shared, "error.type", "402"));
        assertThat(points("time_per_output_chunk"))
                .extracting(OtlpReceiver::attributes)
                .containsExactly(and(shared, "gen_ai.response.model", "gpt-5"));
    }

    @Test
    void creditsArriveAsCreditsAndNothingAsTokens() {
        assertThat(collector.metrics())
                .extracting(Metric::getName)
                .contains("neuralbox.client.usage")
                .noneMatch(name -> name.contains("token"));
        assertThat(collector.metric("neuralbox.client.usage").getUnit()).isEqualTo("credits");
    }

    @Test
    void theKeyIsInNoneOfIt() {
        assertThat(collector.metrics().toString()).doesNotContain(LocalNeuralBox.apiKey());
    }

    private static List<HistogramDataPoint> points(String name) {
        return collector
                .metric("gen_ai.client.inference." + name)
                .getHistogram()
                .getDataPointsList();
    }

    private static Map<String, String> and(Map<String, String> attributes, String key, String value) {
        Map<String, String> more = new TreeMap<>(attributes);
        more.put(key, value);
        return more;
    }

    private static void refused(NeuralBox client) {
        try {
            client.generate(REQUEST);
        } catch (NeuralBoxException expected) {
            return;
        }
        throw new AssertionError("it completed");
    }

    /** Exports at the end alone. */
    private record Config(String url) implements OtlpConfig {

        @Override
        public String get(String key) {
            return null;
        }

        @Override
        public Duration step() {
            return Duration.ofHours(1);
        }

        @Override
        public TimeUnit baseTimeUnit() {
            return TimeUnit.SECONDS;
        }
    }
}
