package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** The three timers under the names of OpenTelemetry, version June 2026. */
class OpenTelemetryNamingTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FakeTransport transport = new FakeTransport();

    @Test
    void theThreeTimersTakeTheNamesOfTheConvention() {
        run(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.DELTA, Captured.END, Captured.DONE));
        assertThat(timer("duration").count()).isEqualTo(1);
        assertThat(timer("time_to_first_chunk").count()).isEqualTo(1);
        assertThat(timer("time_per_output_chunk").count()).isEqualTo(1);
    }

    @Test
    void nothingIsRecordedTwice() {
        run(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.DELTA, Captured.END, Captured.DONE));
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .doesNotContain(
                        GenerationMeter.DURATION.meterName(),
                        GenerationMeter.TIME_TO_FIRST_DELTA.meterName(),
                        GenerationMeter.DELTA_GAP.meterName())
                .contains(GenerationMeter.USAGE.meterName(), GenerationMeter.STARTED.meterName());
    }

    @Test
    void creditsAreNoTokens() {
        run(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE));
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .noneMatch(name -> name.contains("token"));
    }

    @Test
    void attributesAreThoseOfTheConvention() {
        run(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE));
        Meter.Id duration = timer("duration").getId();
        assertThat(duration.getTag("gen_ai.operation.name")).isEqualTo("chat");
        assertThat(duration.getTag("gen_ai.provider.name")).isEqualTo("neuralbox");
        assertThat(duration.getTag("gen_ai.request.model")).isEqualTo("gpt-5");
        assertThat(duration.getTag("error.type")).isEqualTo("none");
        assertThat(timer("time_to_first_chunk").getId().getTag("error.type")).isNull();
    }

    @Test
    void anErrorHasTheStyleOfTheConvention() {
        run(FakeAnswer.json(422, "{\"error\": \"validation_error\"}"));
        run(FakeAnswer.json(402, "{\"error\": \"insufficient_tokens\"}"));
        assertThat(registry.get("gen_ai.client.operation.duration").timers())
                .extracting(timer -> timer.getId().getTag("error.type"))
                .containsExactlyInAnyOrder("_OTHER", "402");
    }

    @Test
    void bucketsAreThoseOfTheConvention() {
        run(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE));
        double[] bounds = Arrays.stream(timer("duration").takeSnapshot().histogramCounts())
                .mapToDouble(bucket -> bucket.bucket(TimeUnit.SECONDS))
                .toArray();
        assertThat(bounds)
                .containsExactly(
                        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
    }

    private void run(FakeAnswer answer) {
        Captured.run(
                transport.answer(answer),
                NeuralBoxMetrics.builder(registry)
                        .naming(MeterNaming.OTEL_GENAI_2026_06)
                        .models(List.of("gpt-5"))
                        .build());
    }

    private Timer timer(String name) {
        return registry.get("gen_ai.client.operation." + name).timer();
    }
}
