package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.testkit.local.LocalClient.Response;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

class LocalNeuralBoxRefusalTest {

    private LocalNeuralBox service;

    @BeforeEach
    void start() {
        service = LocalNeuralBox.start();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Authorization: Bearer sk_123\r\n",
                "Authorization: Basic nb_123\r\n",
                "Authorization: nb_123\r\n"
            })
    void keyThatDoesNotBeginAsDocumentedIsRefused(String header) throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", "HTTP/1.1", header, LocalClient.STREAM);
            Response response = client.response();

            assertThat(response.status()).isEqualTo(401);
            assertThat(response.json().get("error")).isEqualTo("not_authenticated");
            assertThat(response.head()).contains("WWW-Authenticate: Bearer");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Hello",
                "[]",
                "{} {}",
                "{\"model\": \"gpt-5\"}",
                "{\"prompt\": \"Hello\"}",
                "{\"model\": null, \"prompt\": \"Hello\"}"
            })
    void bodyThatLacksWhatItNeedsIsABadRequest(String body) throws IOException {
        Response response = LocalClient.generate(service, body);

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.json().get("error")).isEqualTo("bad_request");
        assertThat(response.json().get("details")).isEqualTo(Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model | {\"model\": 5, \"prompt\": \"Hello\"}",
                "prompt | {\"model\": \"gpt-5\", \"prompt\": \" \"}",
                "prompt | {\"model\": \"m\", \"prompt\": \"x\", \"messages\": [{\"role\":\"user\", \"content\":\"\"}]}",
                "assistant_id | {\"model\": \"gpt-5\", \"assistant_id\": \"a\", \"prompt\": \"Hello\"}",
                "temperature | {\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"temperature\": 2.01}",
                "temperature | {\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"temperature\": -0.1}",
                "temperature | {\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"temperature\": \"hot\"}",
                "max_tokens | {\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"max_tokens\": 0}",
                "max_tokens | {\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"max_tokens\": 1.5}",
                "stream | {\"model\": \"gpt-5\", \"prompt\": \"Hello\", \"stream\": \"yes\"}",
                "params | {\"model\": \"dall-e-3\", \"prompt\": \"Hello\", \"params\": []}",
                "messages | {\"model\": \"gpt-5\", \"messages\": []}",
                "messages[0].role | {\"model\": \"gpt-5\", \"messages\": [{\"role\": \"tool\", \"content\": \"\"}]}",
                "messages[0].content | {\"model\": \"gpt-5\", \"messages\": [{\"role\": \"user\"}]}"
            })
    void fieldThatIsWrongIsNamedInTheDetails(String field, String body) throws IOException {
        Response response = LocalClient.generate(service, body);

        assertThat(response.status()).isEqualTo(422);
        assertThat(response.json().get("error")).isEqualTo("validation_error");
        assertThat(((Map<?, ?>) response.json().get("details")).keySet()).isEqualTo(java.util.Set.of(field));
    }

    @Test
    void emptyAccountIsRefused() throws IOException {
        try (LocalNeuralBox poor =
                LocalNeuralBox.builder().balance(BigDecimal.ZERO).start()) {
            Response response = LocalClient.generate(poor, LocalClient.STREAM);

            assertThat(response.status()).isEqualTo(402);
            assertThat(response.json().get("error")).isEqualTo("insufficient_tokens");
        }
    }

    @Test
    void unknownModelIsNotFound() throws IOException {
        Response response = LocalClient.generate(service, "{\"model\": \"gpt-0\", \"prompt\": \"Hello\"}");

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.json().get("error")).isEqualTo("not_found");
    }

    @Test
    void unknownPathIsNotFound() throws IOException {
        assertThat(LocalClient.post(service, "/api/v1/generate", LocalClient.STREAM)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void otherMethodIsRefusedNamingTheRightOne() throws IOException {
        Response response = LocalClient.get(service, "/api/v2/generate");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.head()).contains("Allow: POST");
    }

    @Test
    void spentHourIsRefusedUntilTheNext() throws IOException {
        Clock afterHalfPast = Clock.fixed(Instant.parse("2026-03-08T12:30:00.001Z"), ZoneOffset.UTC);
        try (LocalNeuralBox limited =
                LocalNeuralBox.builder().rateLimit(1, 10).clock(afterHalfPast).start()) {
            LocalClient.generate(limited, LocalClient.STREAM);
            Response response = LocalClient.generate(limited, LocalClient.STREAM);

            assertThat(response.status()).isEqualTo(429);
            assertThat(response.json().get("error")).isEqualTo("rate_limit_exceeded");
            assertThat(response.json().get("retry_after")).isEqualTo(BigDecimal.valueOf(1_800));
        }
    }

    @Test
    void everyAnswerTellsTheRateLimit() throws IOException {
        Clock halfPast = Clock.fixed(Instant.parse("2026-03-08T12:30:00Z"), ZoneOffset.UTC);
        try (LocalNeuralBox limited =
                LocalNeuralBox.builder().rateLimit(100, 1_000).clock(halfPast).start()) {
            assertThat(LocalClient.generate(limited, LocalClient.STREAM).head())
                    .contains(
                            "X-RateLimit-Limit-Hour: 100",
                            "X-RateLimit-Remaining-Hour: 99",
                            "X-RateLimit-Limit-Day: 1000",
                            "X-RateLimit-Remaining-Day: 999",
                            "X-RateLimit-Reset-Hour: "
                                    + Instant.parse("2026-03-08T13:00:00Z").getEpochSecond(),
                            "X-Request-Id: req_");
        }
    }

    @Test
    void refusalIsCountedAndCostsNothing() throws IOException {
        LocalClient.generate(service, "{}");

        assertThat(service.generations(Outcome.REFUSED)).isEqualTo(1);
        assertThat(service.creditsCharged()).isEqualByComparingTo("0");
    }
}
