package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.LocalClient.Response;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

class LocalNeuralBoxAnswerTest {

    private static final String TEXT = "{\"model\": \"gpt-5\", \"prompt\": \"Hello\"}";
    private static final String IMAGE = "{\"model\": \"dall-e-3\", \"prompt\": \"Hello\", \"stream\": true}";
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-03-08T12:00:00Z"), ZoneOffset.UTC);

    @Test
    void withoutStreamTheWholeTextIsOneJsonAnswer() throws IOException {
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().answer("Here are").clock(NOON).start()) {
            assertThat(LocalClient.generate(service, TEXT).body())
                    .isEqualTo("{\"id\": \"gen_000000000000\", \"status\": \"completed\", \"model\": \"gpt-5\", "
                            + "\"content\": \"Here are\", \"tokens_used\": 3, \"balance_remaining\": 297, "
                            + "\"usage\": {}, \"created_at\": \"2026-03-08T12:00:00Z\"}");
        }
    }

    @Test
    void wholeTextInTheOtherSpelling() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .answer("Here are")
                .spelling(WireSpelling.SECOND)
                .start()) {
            assertThat(LocalClient.generate(service, TEXT).body())
                    .isEqualTo("{\"id\": 18473, \"status\": \"completed\", \"model_slug\": \"gpt-5\", "
                            + "\"result_text\": \"Here are\", \"tokens_spent\": 3, \"error\": null, "
                            + "\"processing_ms\": 1842, \"result_metadata\": null}");
        }
    }

    @Test
    void assistantAnswersInPlaceOfAModel() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            Response response = LocalClient.generate(service, "{\"assistant_id\": \"a1\", \"prompt\": \"Hello\"}");

            assertThat(response.json().get("model")).isEqualTo("gpt-5");
        }
    }

    @Test
    void mediaModelAnswersWithJsonEvenIfAskedToStream() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            Response response = LocalClient.generate(service, IMAGE);

            assertThat(response.head()).contains("Content-Type: application/json");
            assertThat(response.json().get("status")).isEqualTo("completed");
            assertThat(response.json().get("url")).isEqualTo("https://media.example/gen_000000000000");
            assertThat(response.json().get("tokens_used")).isEqualTo(BigDecimal.valueOf(8));
        }
    }

    @Test
    void pendingMediaResultIsCompleteAndChargedOnceAfterItsPolls() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .mediaPolls(2)
                .spelling(WireSpelling.SECOND)
                .start()) {
            assertThat(LocalClient.generate(service, IMAGE).json().get("status"))
                    .isEqualTo("pending");
            assertThat(LocalClient.get(service, "/api/v2/generate/18473").json().get("progress"))
                    .isEqualTo(BigDecimal.valueOf(50));
            assertThat(service.creditsCharged()).isEqualByComparingTo("0");
            assertThat(LocalClient.get(service, "/api/v2/generate/status/18473")
                            .json()
                            .get("result_url"))
                    .isEqualTo("https://media.example/18473");
            LocalClient.get(service, "/api/v2/generate/18473");

            assertThat(service.creditsCharged()).isEqualByComparingTo("8");
            assertThat(service.generations(Outcome.COMPLETED)).isEqualTo(1);
        }
    }

    @Test
    void failedMediaResultTellsWhyAndCostsNothing() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            service.misbehave(Fault.fail(0, "no paint left"));
            Response response = LocalClient.generate(service, IMAGE);

            assertThat(response.json().get("status")).isEqualTo("failed");
            assertThat(response.json().get("error")).isEqualTo("no paint left");
            assertThat(service.creditsCharged()).isEqualByComparingTo("0");
            assertThat(service.generations(Outcome.FAILED)).isEqualTo(1);
        }
    }

    @Test
    void unknownGenerationIsNotFound() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            assertThat(LocalClient.get(service, "/api/v2/generate/gen_1").status())
                    .isEqualTo(404);
        }
    }

    @Test
    void textIsKnownByItsIdOnBothPaths() throws IOException {
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().answer("Here are").clock(NOON).start()) {
            LocalClient.generate(service, LocalClient.STREAM);

            Response whole = LocalClient.get(service, "/api/v2/generate/gen_000000000000");
            assertThat(whole.json().get("status")).isEqualTo("completed");
            assertThat(whole.json().get("content")).isEqualTo("Here are");
            assertThat(whole.json().get("tokens_used")).isEqualTo(BigDecimal.valueOf(3));
            assertThat(LocalClient.get(service, "/api/v2/generate/status/gen_000000000000")
                            .body())
                    .isEqualTo(whole.body());
            assertThat(service.creditsCharged()).isEqualTo(BigDecimal.valueOf(3));
        }
    }

    @Test
    void textWhoseStreamBrokeIsFailedUnlessItWasCharged() throws IOException {
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().answer("Here are").start()) {
            service.misbehave(Fault.withoutEnd());
            int beforeTheEnd =
                    LocalClient.generate(service, LocalClient.STREAM).body().indexOf("data: [DONE]");
            for (Fault fault : new Fault[] {
                Fault.cutAfter(beforeTheEnd - 1), Fault.fail(1, "no capacity"), Fault.cutAfter(beforeTheEnd + 1)
            }) {
                service.misbehave(fault);
                try (LocalClient client = new LocalClient(service)) {
                    client.sendPost("/api/v2/generate", LocalClient.STREAM);
                    client.drain();
                }
            }

            assertThat(status(service, 0)).isEqualTo("failed");
            assertThat(status(service, 1)).isEqualTo("failed");
            assertThat(status(service, 2)).isEqualTo("failed");
            assertThat(status(service, 3)).isEqualTo("completed");
            assertThat(service.creditsCharged()).isEqualTo(BigDecimal.valueOf(3));
        }
    }

    private static Object status(LocalNeuralBox service, int number) throws IOException {
        return LocalClient.get(service, "/api/v2/generate/status/gen_00000000000" + number)
                .json()
                .get("status");
    }

    @Test
    void balanceIsThatOfTheAccount() throws IOException {
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().balance(new BigDecimal("283.50")).start()) {
            assertThat(LocalClient.get(service, "/api/v2/balance").body())
                    .isEqualTo("{\"token_balance\": 283.50, \"plan\": \"starter\", \"plan_expires_at\": null}");
        }
    }

    @Test
    void modelTellsItsPriceAndWhetherItStreams() throws IOException {
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().model("sora", "video", BigDecimal.TEN).start()) {
            Response response = LocalClient.get(service, "/api/v2/models/sora");

            assertThat(response.json().get("category")).isEqualTo("video");
            assertThat(response.json().get("token_cost")).isEqualTo(BigDecimal.TEN);
            assertThat(response.json().get("supports_streaming")).isEqualTo(false);
        }
    }
}
