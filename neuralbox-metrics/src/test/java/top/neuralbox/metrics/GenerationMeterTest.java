package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.testkit.fake.FakeTransport;

/** What is registered is what the enum documents, neither more nor less. */
class GenerationMeterTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void whatIsRegisteredIsWhatIsDocumented() {
        runOneGeneration();
        Map<String, String> documented = new TreeMap<>();
        for (GenerationMeter meter : GenerationMeter.values()) {
            List<String> keys = new ArrayList<>(List.of("client", "transport"));
            if (meter.extraTag() != null) {
                keys.add(meter.extraTag());
            }
            if (!meter.ofAccount()) {
                keys.addAll(List.of("model", "tenant"));
            }
            documented.put(
                    meter.meterName(),
                    line(meter.type(), meter.unit(), meter.description(), new TreeSet<>(keys).toString()));
        }
        Map<String, String> registered = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (id.syntheticAssociation() != null) {
                // A bucket of a histogram, which this registry shows as a gauge.
                continue;
            }
            String keys = id.getTags().stream()
                    .map(Tag::getKey)
                    .collect(Collectors.toCollection(TreeSet::new))
                    .toString();
            String line = line(
                    id.getType(),
                    id.getBaseUnit() == null ? unitOf(id.getType()) : id.getBaseUnit(),
                    id.getDescription(),
                    keys);
            // Every meter of one name must be alike.
            assertThat(registered.getOrDefault(id.getName(), line)).isEqualTo(line);
            registered.put(id.getName(), line);
        }
        assertThat(registered).isEqualTo(documented);
    }

    @ParameterizedTest
    @EnumSource
    void namesFollowTheRulesOfThePrometheusClient(GenerationMeter meter) {
        assertThat(meter.meterName())
                .matches("neuralbox\\.client(\\.[a-z]+)+")
                .doesNotMatch(".*\\.(total|created|info|bucket|seconds|credits|bytes|characters)");
    }

    @ParameterizedTest
    @EnumSource
    void descriptionsAreOneSentenceWithoutItsFullStop(GenerationMeter meter) {
        assertThat(meter.description()).matches("[A-Z].*[^.]").hasSizeLessThan(120);
    }

    @ParameterizedTest
    @EnumSource
    void bucketsAscend(GenerationMeter meter) {
        assertThat(meter.buckets()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void handedOutBucketsAreACopy() {
        GenerationMeter.DURATION.buckets()[0] = 99;
        assertThat(GenerationMeter.DURATION.buckets()[0]).isEqualTo(0.25);
    }

    private void runOneGeneration() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
                .deltaGaps(true)
                .models(List.of("gpt-5"))
                .tenants(() -> "acme", List.of("acme"))
                .build();
        Captured.run(new FakeTransport().answer(Captured.withLimits(99, 999)), metrics);
    }

    private static String line(Meter.Type type, String unit, String description, String keys) {
        return type + " in " + unit + " by " + keys + ": " + description;
    }

    /** Timers have no base unit of their own until a registry gives them one. */
    private static String unitOf(Meter.Type type) {
        return type == Meter.Type.TIMER || type == Meter.Type.LONG_TASK_TIMER ? "seconds" : null;
    }
}
