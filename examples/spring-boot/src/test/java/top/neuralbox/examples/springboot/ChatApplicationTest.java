package top.neuralbox.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The application as it runs, over HTTP, with a local service behind it. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ChatApplicationTest {

    private static final LocalNeuralBox SERVICE =
            LocalNeuralBox.builder().deltas(List.of("An old", " silent pond")).start();

    private final HttpClient page = HttpClient.newHttpClient();

    @Value("${local.server.port}")
    private int port;

    @DynamicPropertySource
    static void useTheLocalService(DynamicPropertyRegistry properties) {
        properties.add("neuralbox.api-key", LocalNeuralBox::apiKey);
        properties.add("neuralbox.base-uri", SERVICE::uri);
    }

    @AfterAll
    static void stop() {
        SERVICE.close();
    }

    @Test
    void textReachesThePageAsTheServicesOwnEvents() throws Exception {
        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
                .contains("data: {\"type\": \"content_delta\", \"delta\": \"An old\"}")
                .contains("data: {\"type\": \"content_delta\", \"delta\": \" silent pond\"}")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void pieceReachesThePageWhileTheAnswerIsHeldOpen() throws Exception {
        SERVICE.misbehave(Fault.stallAfter(300));
        try (InputStream body = ask().body()) {
            assertThat(firstDelta(body)).contains("An old");
        }
    }

    @Test
    void readerWhoLeavesStopsThePaidStream() throws Exception {
        SERVICE.awaitNoOpenStreams(Duration.ofSeconds(10));
        SERVICE.misbehave(Fault.endless());
        InputStream body = ask().body();
        firstDelta(body);

        body.close();

        SERVICE.awaitNoOpenStreams(Duration.ofSeconds(2));
    }

    @Test
    void refusalChoosesTheStatus() throws Exception {
        SERVICE.misbehave(Fault.rateLimited(Duration.ofMinutes(10)));

        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("600");
    }

    @Test
    void actuatorShowsTheMeters() throws Exception {
        ask().body().readAllBytes();

        // The page may have its end a moment before the meters.
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        String meter = completedGenerations();
        while (!meter.matches(".*\"statistic\":\"COUNT\",\"value\":[1-9].*") && System.nanoTime() < deadline) {
            meter = completedGenerations();
        }
        assertThat(meter).containsPattern("\"statistic\":\"COUNT\",\"value\":[1-9]");
    }

    private String completedGenerations() throws Exception {
        URI meter = uri("/actuator/metrics/neuralbox.client.generation.duration?tag=outcome:completed");
        return page.send(HttpRequest.newBuilder(meter).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private HttpResponse<InputStream> ask() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/api/chat"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"Write a haiku\"}"))
                .build();
        return page.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static String firstDelta(InputStream body) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (!line.contains("content_delta")) {
            line = lines.readLine();
        }
        return line;
    }
}
