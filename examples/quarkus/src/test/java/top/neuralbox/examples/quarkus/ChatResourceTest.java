package top.neuralbox.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The application as it runs, over HTTP, with a local service behind it. */
@QuarkusTest
@QuarkusTestResource(LocalService.class)
class ChatResourceTest {

    private static final Pattern COMPLETED =
            Pattern.compile("neuralbox_client_generation_duration_seconds_count\\{.*outcome=\"completed\".*} [1-9]");

    LocalNeuralBox service;

    @TestHTTPResource
    URI application;

    private final HttpClient page = HttpClient.newHttpClient();

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
        service.misbehave(Fault.stallAfter(300));
        try (InputStream body = ask().body()) {
            assertThat(firstDelta(body)).contains("An old");
        }
    }

    @Test
    void readerWhoLeavesStopsThePaidStream() throws Exception {
        service.awaitNoOpenStreams(Duration.ofSeconds(10));
        service.misbehave(Fault.endless());
        InputStream body = ask().body();
        firstDelta(body);

        body.close();

        service.awaitNoOpenStreams(Duration.ofSeconds(2));
    }

    @Test
    void refusalChoosesTheStatus() throws Exception {
        service.misbehave(Fault.rateLimited(Duration.ofMinutes(10)));

        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("600");
    }

    @Test
    void prometheusIsShownTheMeters() throws Exception {
        ask().body().readAllBytes();

        // The page may have its end a moment before the meters.
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        String meters = meters();
        while (!COMPLETED.matcher(meters).find() && System.nanoTime() < deadline) {
            meters = meters();
        }
        assertThat(meters).containsPattern(COMPLETED);
    }

    private String meters() throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(application.resolve("/q/metrics")).build();
        return page.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private HttpResponse<InputStream> ask() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(application.resolve("/api/chat"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"Write a haiku\"}"))
                .build();
        return page.send(request, HttpResponse.BodyHandlers.ofInputStream());
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
