package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.json.PlainJson;
import top.neuralbox.testkit.local.LocalClient.Response;

class LocalNeuralBoxStreamTest {

    @Test
    void streamsTheEventsOfTheWireContract() throws IOException {
        try (LocalNeuralBox service =
                LocalNeuralBox.builder().answer("Here are").start()) {
            Response response = LocalClient.generate(service, LocalClient.STREAM);

            assertThat(response.head()).contains("Content-Type: text/event-stream");
            assertThat(response.body()).isEqualTo("""
                            data: {"type": "generation_start", "id": "gen_000000000000", "model": "gpt-5"}

                            data: {"type": "content_delta", "delta": "Here"}

                            data: {"type": "content_delta", "delta": " are"}

                            data: {"type": "generation_end", "id": "gen_000000000000", "tokens_used": 3, \
                            "balance_remaining": 297}

                            data: [DONE]

                            """);
        }
    }

    @Test
    void speaksTheOtherSpelling() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .answer("Here")
                .spelling(WireSpelling.SECOND)
                .start()) {
            assertThat(LocalClient.generate(service, LocalClient.STREAM).body()).isEqualTo("""
                            data: {"type": "generation_start", "id": 18473, "model_slug": "gpt-5"}

                            data: {"type": "content_delta", "delta": "Here"}

                            data: {"type": "generation_end", "id": 18473, "tokens_spent": 3}

                            data: [DONE]

                            """);
        }
    }

    @Test
    void secondPathStreamsWithoutBeingAsked() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            Response response = LocalClient.post(
                    service, "/api/v2/generate/stream", "{\"model\": \"gpt-5\", \"prompt\": \"Hello\"}");

            assertThat(response.body())
                    .startsWith("data: {\"type\": \"generation_start\"")
                    .endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void storyDependsOnThePromptAloneAndEchoesIt() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            String byPrompt = text(service, "\"prompt\": \"A fox\"");
            String byMessages = text(
                    service,
                    "\"messages\": [{\"role\": \"system\", \"content\": \"Brief\"}, "
                            + "{\"role\": \"user\", \"content\": \"A fox\"}]");

            assertThat(byPrompt).contains("“A fox”").isEqualTo(byMessages);
        }
    }

    @Test
    void maxTokensBoundsTheNumberOfDeltas() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            assertThat(text(service, "\"prompt\": \"A fox\", \"max_tokens\": 3"))
                    .isEqualTo("Here is a");
        }
    }

    @Test
    void pairThatIsCutBetweenDeltasTravelsAsEscapes() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .deltas(List.of("\ud83c", "\udfa8", "🎨"))
                .start()) {
            Response response = LocalClient.generate(service, LocalClient.STREAM);

            assertThat(response.body())
                    .contains("\"delta\": \"\\ud83c\"", "\"delta\": \"\\udfa8\"", "\"delta\": \"🎨\"");
        }
    }

    @Test
    void eachEventIsAChunkOfItsOwnAndArrivesWhileTheNextIsHeldBack() throws IOException {
        try (LocalNeuralBox service =
                        LocalNeuralBox.builder().answer("Here are").start();
                LocalClient client = new LocalClient(service)) {
            Gate gate = new Gate();
            String start =
                    "data: {\"type\": \"generation_start\", \"id\": \"gen_000000000000\", \"model\": \"gpt-5\"}\n\n";
            service.misbehave(Fault.stallAfter(start.length(), gate));
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.head();

            assertThat(client.chunk()).isEqualTo(start);
            gate.open();
            assertThat(client.chunk()).isEqualTo("data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n");
        }
    }

    @Test
    void paceHoldsTheNextDeltaBackUntilTheClientLeaves() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .answer("Here are")
                .pace(Duration.ofDays(1))
                .start()) {
            try (LocalClient client = new LocalClient(service)) {
                client.sendPost("/api/v2/generate", LocalClient.STREAM);
                client.head();
                client.chunk();
                client.chunk();
            }
            service.awaitDisconnect(Duration.ofSeconds(1));

            assertThat(service.deltasSent()).isEqualTo(1);
        }
    }

    @Test
    void clientThatReadsLinesGetsTheText() throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            HttpURLConnection connection = (HttpURLConnection)
                    service.uri().resolve("/api/v2/generate").toURL().openConnection();
            connection.setDoOutput(true);
            connection.setRequestProperty("Authorization", "Bearer " + LocalNeuralBox.apiKey());
            connection.getOutputStream().write(LocalClient.STREAM.getBytes(StandardCharsets.UTF_8));
            StringBuilder text = new StringBuilder();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); !"data: [DONE]".equals(line); line = lines.readLine()) {
                    if (line.startsWith("data: ")
                            && PlainJson.read(line.substring(6).getBytes(StandardCharsets.UTF_8))
                                    instanceof Map<?, ?> event
                            && event.get("type").equals("content_delta")) {
                        text.append(event.get("delta"));
                    }
                }
            }

            assertThat(text.toString()).isEqualTo(Story.about("Hello"));
        }
    }

    private static String text(LocalNeuralBox service, String fields) throws IOException {
        Response response = LocalClient.generate(service, "{\"model\": \"gpt-5\", \"stream\": false, " + fields + "}");
        return (String) response.json().get("content");
    }
}
