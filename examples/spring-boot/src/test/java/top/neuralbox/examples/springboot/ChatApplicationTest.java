package top.neuralbox.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import top.neuralbox.spring.boot.test.AutoConfigureLocalNeuralBox;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The application as it runs, over HTTP, with a local service behind it. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureLocalNeuralBox
class ChatApplicationTest {

    /** Far more than a piece needs, and far less than the time after which the client gives up a service that rests. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String CHAT =
            """
            POST /api/chat HTTP/1.1\r
            Host: 127.0.0.1\r
            Content-Type: application/json\r
            Content-Length: 27\r
            \r
            {"prompt": "Write a haiku"}""";

    private final HttpClient page = HttpClient.newHttpClient();

    @TestConfiguration(proxyBeanMethods = false)
    static class Answers {

        @Bean
        LocalNeuralBox.Builder answers() {
            return LocalNeuralBox.builder().deltas(List.of("An old", " silent pond"));
        }
    }

    @Autowired
    private LocalNeuralBox service;

    @Value("${local.server.port}")
    private int port;

    @AfterEach
    void leaveNoStreamToTheNextTest() {
        service.awaitNoOpenStreams(PATIENCE);
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
    void pieceReachesThePageWhileTheServiceWithholdsTheNext() throws Exception {
        service.misbehave(Fault.stallAfter(bytesUpToTheSecondPiece()));

        String line = assertTimeoutPreemptively(PATIENCE, () -> {
            try (InputStream body = ask().body()) {
                return firstDelta(body);
            }
        });

        assertThat(line).contains("An old");
    }

    /** The service withholds the second piece, so that the server has nothing to write but comments. */
    @Test
    void readerWhoLeavesAStreamThatRestsEndsThePaidOneWithinASecond() throws Exception {
        service.misbehave(Fault.stallAfter(bytesUpToTheSecondPiece()));
        long pieces = service.deltasSent();
        try (Socket reader = new Socket(InetAddress.getLoopbackAddress(), port)) {
            reader.getOutputStream().write(CHAT.getBytes(StandardCharsets.US_ASCII));
            awaitPieces(pieces + 1);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }

    @Test
    void readerWhoLeavesAStreamThatFlowsEndsThePaidOneWithinASecond() throws Exception {
        service.misbehave(Fault.endless());
        // A socket, which is closed at once: the client of the JDK may take its time.
        try (Socket reader = new Socket(InetAddress.getLoopbackAddress(), port)) {
            reader.setSoTimeout((int) PATIENCE.toMillis());
            reader.getOutputStream().write(CHAT.getBytes(StandardCharsets.US_ASCII));
            reader.getInputStream().readNBytes(10_000);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }

    @Test
    void refusalChoosesTheStatusAndIsLogged() throws Exception {
        service.misbehave(Fault.rateLimited(Duration.ofMinutes(10)));

        try (FailureLines failures = new FailureLines()) {
            HttpResponse<InputStream> answer = ask();

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("Retry-After")).contains("600");
            assertThat(failures.await(PATIENCE)).contains("RateLimitException", "status 429");
        }
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

    @Test
    void observationsCountNoGenerationASecondTime() throws Exception {
        ask().body().readAllBytes();

        assertThat(actuator("metrics"))
                .contains("\"neuralbox.client.generation.duration\"")
                .doesNotContain("\"neuralbox.generation");
    }

    @Test
    void healthTellsOfTheLastGenerationAndSendsNothing() throws Exception {
        ask().body().readAllBytes();
        long requests = service.requestCount();

        String health = actuator("health");

        assertThat(health).containsPattern("\"neuralBox\":\\{\"details\":\\{\"lastCompleted\":\"PT[^}]+},\"status\":\"UP\"");
        assertThat(service.requestCount()).isEqualTo(requests);
    }

    @Test
    void actuatorShowsTheBalanceOnRequest() throws Exception {
        assertThat(actuator("neuralbox")).containsPattern("\"credits\":[0-9]+");
    }

    private String actuator(String endpoint) throws Exception {
        return page.send(
                        HttpRequest.newBuilder(uri("/actuator/" + endpoint)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private String completedGenerations() throws Exception {
        URI meter = uri("/actuator/metrics/neuralbox.client.generation.duration?tag=outcome:completed");
        return page.send(HttpRequest.newBuilder(meter).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** How much of an answer the service sends before its second piece: it rests there inside of the stream, not at its end. */
    private int bytesUpToTheSecondPiece() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(service.uri().resolve("/api/v2/generate"))
                .header("Authorization", "Bearer " + LocalNeuralBox.apiKey())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\": \"gpt-5\", \"prompt\": \"Write a haiku\", \"stream\": true}"))
                .build();
        String answer =
                page.send(request, HttpResponse.BodyHandlers.ofString()).body();
        int first = answer.indexOf("An old");
        assertThat(answer.indexOf(" silent pond")).isGreaterThan(first).isLessThan(answer.indexOf("generation_end"));
        return answer.indexOf("data:", first);
    }

    private void awaitPieces(long pieces) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (service.deltasSent() < pieces) {
            assertThat(System.nanoTime()).as("time until the service sent a piece").isLessThan(deadline);
            Thread.onSpinWait();
        }
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
