package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** The lines about generations that have ended. */
class LocalNeuralBoxLogTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final LocalNeuralBox.Builder builder =
            LocalNeuralBox.builder().log(new PrintStream(printed, true, StandardCharsets.UTF_8));

    @Test
    void eachGenerationHasItsIdItsModelItsOutcomeAndItsCredits() throws IOException {
        try (LocalNeuralBox service = builder.start()) {
            LocalClient.generate(service, LocalClient.STREAM);
            LocalClient.generate(service, "{\"model\": \"gpt-5-mini\", \"prompt\": \"Hello\"}");
            LocalClient.generate(service, "{\"model\": \"dall-e-3\", \"prompt\": \"A fox\"}");

            assertThat(lines())
                    .containsExactly(
                            "gen_000000000000 gpt-5 completed, 3 credits",
                            "gen_000000000001 gpt-5-mini completed, 1 credit",
                            "gen_000000000002 dall-e-3 completed, 8 credits");
        }
    }

    @Test
    void failedGenerationCostsNothing() throws IOException {
        try (LocalNeuralBox service = builder.start()) {
            service.misbehave(Fault.fail(3, "broken"));
            LocalClient.generate(service, LocalClient.STREAM);
            service.misbehave(Fault.withoutEnd());
            LocalClient.generate(service, LocalClient.STREAM);

            assertThat(lines())
                    .containsExactly(
                            "gen_000000000000 gpt-5 failed, 0 credits", "gen_000000000001 gpt-5 failed, 0 credits");
        }
    }

    @Test
    void readerWhoLeftIsNamedSo() throws IOException {
        try (LocalNeuralBox service = builder.pace(Duration.ofMillis(1)).start()) {
            service.misbehave(Fault.endless());
            try (LocalClient client = new LocalClient(service)) {
                client.sendPost("/api/v2/generate", LocalClient.STREAM);
            }
            service.awaitGenerations(Outcome.DISCONNECTED, 1);

            assertThat(lines()).containsExactly("gen_000000000000 gpt-5 disconnected, 0 credits");
        }
    }

    @Test
    void refusedRequestHasItsStatus() throws IOException {
        try (LocalNeuralBox service = builder.start()) {
            LocalClient.generate(service, "{\"model\": \"Secret\", \"prompt\": \"Hello\"}");
            service.misbehave(Fault.answer(503, Map.of(), new byte[0]));
            LocalClient.generate(service, LocalClient.STREAM);

            assertThat(lines())
                    .containsExactly("refused with status 404, 0 credits", "refused with status 503, 0 credits");
        }
    }

    @Test
    void noLineHasTheKeyThePromptOrTheText() throws IOException {
        try (LocalNeuralBox service = builder.answer("Forty two").start()) {
            LocalClient.generate(service, LocalClient.STREAM);

            assertThat(lines()).hasSize(1).first().asString().doesNotContain("nb_", "Hello", "Forty");
        }
    }

    @Test
    void otherRequestsHaveNoLine() throws IOException {
        try (LocalNeuralBox service = builder.start()) {
            LocalClient.get(service, "/api/v2/balance");

            assertThat(lines()).isEmpty();
        }
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
