package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.LocalClient.Response;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

class LocalNeuralBoxFaultTest {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String START =
            "data: {\"type\": \"generation_start\", \"id\": \"gen_000000000000\", \"model\": \"gpt-5\"}\n\n";

    private LocalNeuralBox service;

    @BeforeEach
    void start() {
        service = LocalNeuralBox.builder().answer("Here are").start();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void scriptedAnswerReplacesTheServicesOwn() throws IOException {
        service.misbehave(
                Fault.answer(502, Map.of("Retry-After", "7"), "<html>Bad Gateway".getBytes(StandardCharsets.UTF_8)));
        Response response = LocalClient.generate(service, LocalClient.STREAM);

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.head()).contains("Retry-After: 7");
        assertThat(response.body()).isEqualTo("<html>Bad Gateway");
    }

    @Test
    void refusalHasTheDocumentedBody() throws IOException {
        service.misbehave(Fault.refuse(503, "model_unavailable", "Overloaded."));

        assertThat(LocalClient.generate(service, LocalClient.STREAM).body())
                .isEqualTo("{\"error\": \"model_unavailable\", \"message\": \"Overloaded.\", \"details\": {}}");
    }

    @Test
    void rateLimitTellsWhenToComeBackInWholeSecondsRoundedUp() throws IOException {
        service.misbehave(Fault.rateLimited(Duration.ofMillis(1_500)));
        Response response = LocalClient.generate(service, LocalClient.STREAM);

        assertThat(response.status()).isEqualTo(429);
        assertThat(response.json().get("retry_after")).isEqualTo(BigDecimal.valueOf(2));
    }

    @Test
    void faultsMeetOneRequestEachInTheirOrderAndThenNone() throws IOException {
        service.misbehave(Fault.refuse(500, "provider_error", ""));
        service.misbehave(Fault.refuse(503, "model_unavailable", ""));

        assertThat(List.of(status(), status(), status())).containsExactly(500, 503, 200);
    }

    @Test
    void standingFaultsMeetEachRequestUntilTheServiceBehaves() throws IOException {
        service.misbehaveAlways(Fault.refuse(500, "provider_error", ""));
        List<Integer> before = List.of(status(), status());
        service.behave();

        assertThat(before).containsExactly(500, 500);
        assertThat(status()).isEqualTo(200);
    }

    @Test
    void cutEndsTheConnectionAfterSoManyBytesOfTheBody() throws IOException {
        for (int bytes : new int[] {0, 1, START.length(), START.length() + 10}) {
            service.misbehave(Fault.cutAfter(bytes), Fault.splitEvery(1));
            try (LocalClient client = new LocalClient(service)) {
                client.sendPost("/api/v2/generate", LocalClient.STREAM);
                client.head();
                String raw = client.rest();

                assertThat(raw).hasSize(bytes * "1\r\nx\r\n".length());
            }
        }
        assertThat(service.generations(Outcome.FAILED)).isEqualTo(4);
        assertThat(service.creditsCharged()).isEqualByComparingTo("0");
    }

    @Test
    void cutLeavesAJsonAnswerShorterThanItsLength() throws IOException {
        service.misbehave(Fault.cutAfter(5));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", "{\"model\": \"gpt-5\", \"prompt\": \"Hello\"}");
            String head = client.head();

            assertThat(head).contains("Content-Length: ").doesNotContain("Content-Length: 5\n");
            assertThat(client.rest()).isEqualTo("{\"id\"");
        }
    }

    @Test
    void resetIsSeenAsOne() throws IOException {
        Gate gate = new Gate();
        service.misbehave(Fault.stallBeforeHead(gate), Fault.resetAfter(0));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            gate.open();

            assertThatThrownBy(client::rest).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
    }

    @Test
    void closeBeforeHeadSendsNothing() throws IOException {
        service.misbehave(Fault.closeBeforeHead());
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);

            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void stallBeforeHeadEndsWhenTheGateOpens() throws IOException {
        Gate gate = new Gate();
        service.misbehave(Fault.stallBeforeHead(gate));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            gate.open();

            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void stallSeesTheClientLeave() throws Exception {
        service.misbehave(Fault.stallAfter(START.length()));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.head();
            client.chunk();
            assertThat(service.openStreams()).isEqualTo(1);
        }
        service.awaitDisconnect(SOON);
        service.awaitNoOpenStreams(SOON);
        service.awaitNoOpenConnections(SOON);

        assertThat(service.creditsCharged()).isEqualByComparingTo("0");
    }

    @Test
    void splitSendsPiecesOfThatSizeAndTheSameBytes() throws IOException {
        String whole = LocalClient.generate(service, LocalClient.STREAM).body();
        service.misbehave(Fault.splitEvery(7));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.head();
            StringBuilder body = new StringBuilder();
            for (String chunk = client.chunk(); !chunk.isEmpty(); chunk = client.chunk()) {
                assertThat(chunk.length()).isLessThanOrEqualTo(7);
                body.append(chunk);
            }

            assertThat(body.toString().replace("gen_000000000001", "gen_000000000000"))
                    .isEqualTo(whole.replace("297", "294"));
        }
    }

    @Test
    void failedGenerationEndsWithAnErrorEventAndCostsNothing() throws IOException {
        service.misbehave(Fault.fail(1, "provider down"));

        assertThat(LocalClient.generate(service, LocalClient.STREAM).body()).endsWith("""
                        data: {"type": "content_delta", "delta": "Here"}

                        data: {"type": "error", "message": "provider down"}

                        data: [DONE]

                        """);
        assertThat(service.generations(Outcome.FAILED)).isEqualTo(1);
        assertThat(service.creditsCharged()).isEqualByComparingTo("0");
    }

    @Test
    void withoutEndNothingIsCharged() throws IOException {
        service.misbehave(Fault.withoutEnd());

        assertThat(LocalClient.generate(service, LocalClient.STREAM).body())
                .doesNotContain("generation_end")
                .endsWith("data: [DONE]\n\n");
        assertThat(service.creditsCharged()).isEqualByComparingTo("0");
    }

    @Test
    void withoutDoneTheBodyEndsAfterTheEnd() throws IOException {
        service.misbehave(Fault.withoutDone());

        assertThat(LocalClient.generate(service, LocalClient.STREAM).body())
                .contains("generation_end")
                .endsWith("}\n\n");
    }

    @Test
    void heldOpenResponseEndsWithTheClientAndIsCompleted() throws IOException {
        service.misbehave(Fault.heldOpen());
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.head();
            String last = client.chunk();
            while (!last.equals("data: [DONE]\n\n")) {
                last = client.chunk();
            }
            assertThat(service.openStreams()).isEqualTo(1);
        }
        service.awaitNoOpenStreams(SOON);

        assertThat(service.generations(Outcome.COMPLETED)).isEqualTo(1);
    }

    @Test
    void endlessAnswerRepeatsItsDeltasUntilTheClientLeaves() throws IOException {
        service.misbehave(Fault.endless());
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.head();
            client.chunk();
            for (int i = 0; i < 1_000; i++) {
                assertThat(client.chunk()).contains(i % 2 == 0 ? "\"Here\"" : "\" are\"");
            }
        }
        service.awaitDisconnect(SOON);
    }

    @Test
    void commentsStandBeforeEachEvent() throws IOException {
        service.misbehave(Fault.commented("keep-alive"));

        assertThat(LocalClient.generate(service, LocalClient.STREAM).body().split(": keep-alive\n\ndata: \\{", -1))
                .hasSize(1 + 4);
    }

    private int status() throws IOException {
        return LocalClient.generate(service, LocalClient.STREAM).status();
    }
}
