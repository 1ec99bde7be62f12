package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** The three timers under the names of OpenTelemetry's GenAI conventions, release 0.1.0. */
class InferenceNamingTest {

    private static final FakeAnswer COMPLETE =
            FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.DELTA, Captured.END, Captured.DONE);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FakeTransport transport = new FakeTransport();
    private final NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
            .naming(MeterNaming.OTEL_GENAI_0_1)
            .models(List.of("gpt-5", "gpt-5-mini"))
            .build();

    @ParameterizedTest
    @ValueSource(strings = {"duration", "time_to_first_chunk", "time_per_output_chunk"})
    void theThreeTimersTakeTheNamesOfTheConvention(String name) {
        run(COMPLETE);
        assertThat(timer(name).count()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"duration", "time_to_first_chunk", "time_per_output_chunk"})
    void bucketsAreThoseOfTheConvention(String name) {
        run(COMPLETE);
        double[] bounds = Arrays.stream(timer(name).takeSnapshot().histogramCounts())
                .mapToDouble(bucket -> bucket.bucket(TimeUnit.SECONDS))
                .toArray();
        assertThat(bounds)
                .containsExactly(
                        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
    }

    @ParameterizedTest
    @ValueSource(strings = {"time_to_first_chunk", "time_per_output_chunk"})
    void attributesOfChunksAreThoseOfTheConvention(String name) {
        run(COMPLETE);
        assertThat(timer(name).getId().getTags())
                .containsExactlyInAnyOrder(
                        Tag.of("gen_ai.operation.name", "chat"),
                        Tag.of("gen_ai.provider.name", "neuralbox"),
                        Tag.of("gen_ai.request.model", "gpt-5"),
                        Tag.of("gen_ai.response.model", "gpt-5"),
                        Tag.of("server.address", "localhost"),
                        Tag.of("server.port", "80"));
    }

    @Test
    void theDurationAloneNamesTheError() {
        run(COMPLETE);
        run(FakeAnswer.json(402, "{\"error\": \"insufficient_tokens\"}"));
        assertThat(registry.get("gen_ai.client.inference.duration").timers())
                .extracting(timer -> timer.getId().getTag("error.type"))
                .containsExactlyInAnyOrder("none", "402");
    }

    @Test
    void theModelThatAnswersNeedNotBeTheOneThatWasAsked() {
        run(FakeAnswer.eventStream(
                Captured.START.replace("gpt-5", "gpt-5-mini"), Captured.DELTA, Captured.END, Captured.DONE));
        Meter.Id id = timer("duration").getId();
        assertThat(id.getTag("gen_ai.request.model")).isEqualTo("gpt-5");
        assertThat(id.getTag("gen_ai.response.model")).isEqualTo("gpt-5-mini");
    }

    @Test
    void aServiceThatInventsModelsMakesNoSeries() {
        for (int i = 0; i < 20; i++) {
            run(FakeAnswer.eventStream(
                    Captured.START.replace("gpt-5", "invented-" + i), Captured.DELTA, Captured.END, Captured.DONE));
        }
        Timer only = timer("time_to_first_chunk");
        assertThat(only.getId().getTag("gen_ai.response.model")).isEqualTo("other");
        assertThat(only.count()).isEqualTo(20);
        assertThat(timer("duration").count()).isEqualTo(20);
    }

    @Test
    void withoutAListModelsAreNoTag() {
        Captured.run(
                transport.answer(COMPLETE),
                NeuralBoxMetrics.builder(registry)
                        .naming(MeterNaming.OTEL_GENAI_0_1)
                        .build());
        assertThat(timer("duration").getId().getTags())
                .extracting(Tag::getKey)
                .doesNotContain("gen_ai.request.model", "gen_ai.response.model")
                .contains("server.address");
    }

    @Test
    void anAnswerThatDoesNotStreamHasADurationOnly() {
        transport.answer(FakeAnswer.json(
                200,
                "{\"id\": \"gen_1\", \"status\": \"completed\", \"model\": \"gpt-5\", \"content\": \"Hi\","
                        + " \"tokens_used\": 3, \"balance_remaining\": 297}"));
        try (NeuralBox client = Captured.client(transport, "default", metrics)) {
            var unused = client.submit(GenerationRequest.of("gpt-5", "hello"));
        }
        assertThat(timer("duration").count()).isEqualTo(1);
        assertThat(registry.find("gen_ai.client.inference.time_to_first_chunk").timers())
                .isEmpty();
    }

    @Test
    void nothingIsRecordedTwice() {
        run(COMPLETE);
        assertThat(names())
                .doesNotContain(
                        GenerationMeter.DURATION.meterName(),
                        GenerationMeter.TIME_TO_FIRST_DELTA.meterName(),
                        GenerationMeter.DELTA_GAP.meterName())
                .noneMatch(name -> name.startsWith("gen_ai.client.operation"))
                .contains(GenerationMeter.USAGE.meterName(), GenerationMeter.STARTED.meterName());
    }

    @Test
    void creditsAreNoTokens() {
        run(COMPLETE);
        assertThat(names()).noneMatch(name -> name.contains("token"));
    }

    private List<String> names() {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getName())
                .toList();
    }

    private void run(FakeAnswer answer) {
        Captured.run(transport.answer(answer), metrics);
    }

    private Timer timer(String name) {
        return registry.get("gen_ai.client.inference." + name).timer();
    }
}
