package top.neuralbox.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What a page sees of a generation, over HTTP, with a local service behind the application. */
@QuarkusTest
@QuarkusTestResource(
        value = LocalService.class,
        restrictToAnnotatedClass = true,
        initArgs = @ResourceArg(name = LocalService.KEY, value = "yes"))
class ChatResourceTest {

    /** Far more than a piece needs, and far less than the time after which the client gives up a service that rests. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The service's answer up to its second piece. */
    private static final int SECOND_PIECE = 135;

    private static final Pattern COMPLETED = Pattern.compile(
            "neuralbox_client_generation_duration_seconds_count\\{.*client=\"chat\".*outcome=\"completed\".*} [1-9]");

    /** The request for the meters is counted too. */
    private static final Pattern NO_REQUEST_BUT_OWN = Pattern.compile("http_server_active_requests\\{.*} 1\\.0");

    LocalNeuralBox service;

    @TestHTTPResource
    URI application;

    private final HttpClient page = HttpClient.newHttpClient();
    private final FailureLines failures = new FailureLines();

    @AfterEach
    void leaveNoStreamToTheNextTest() {
        service.awaitNoOpenStreams(PATIENCE);
        service.behave();
        failures.close();
    }

    @Test
    void generationReachesThePageAsTheServicesOwnEvents() throws Exception {
        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(answer.headers().firstValue("X-Accel-Buffering")).contains("no");
        assertThat(text(answer))
                .contains("data: {\"type\": \"content_delta\", \"delta\": \"An old\"}")
                .contains("data: {\"type\": \"content_delta\", \"delta\": \" silent pond\"}")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void pieceReachesThePageWhileTheServiceWithholdsTheNext() {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));

        String line = assertTimeoutPreemptively(PATIENCE, () -> {
            try (InputStream body = ask().body()) {
                return firstDelta(body);
            }
        });

        assertThat(line).contains("An old");
    }

    @Test
    void readerWhoLeavesBeforeTheFirstEventEndsThePaidStreamWithinASecond() throws Exception {
        service.misbehave(Fault.stallAfter(0));
        try (Socket reader = reader()) {
            service.awaitOpenStreams(1, PATIENCE);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }

    @Test
    void readerWhoLeavesAStreamThatRestsEndsThePaidOneWithinASecond() throws Exception {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));
        try (Socket reader = reader()) {
            firstDelta(reader.getInputStream());
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }

    @Test
    void readerWhoLeavesAStreamThatFlowsEndsThePaidOneWithinASecond() throws Exception {
        service.misbehave(Fault.endless());
        try (Socket reader = reader()) {
            reader.getInputStream().readNBytes(10_000);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }

    @Test
    void slowReaderSlowsTheServiceDown() throws Exception {
        service.misbehave(Fault.endless());
        try (Socket reader = reader()) {
            long held = awaitNoMorePieces();

            reader.getInputStream().readNBytes(4 << 20);

            awaitPieces(held + 1_000);
        }
    }

    @Test
    void readerWhoTakesNothingForTheReadersPatienceKeepsNoRequestOpen() throws Exception {
        service.misbehave(Fault.endless());
        try (Socket reader = reader(ImpatientResource.PATH)) {
            service.awaitOpenStreams(1, PATIENCE);
            // All room on the way is filled first.
            service.awaitNoOpenStreams(PATIENCE.multipliedBy(6));

            awaitNoRequestButOwn();
        }
    }

    @Test
    void answerThatTheApplicationStopsAfterTheHeadEndsForItsReader() {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));

        String rest = assertTimeoutPreemptively(PATIENCE, () -> {
            HttpResponse<InputStream> answer = ask(StoppableResource.PATH);
            firstDelta(answer.body());
            stop();
            return text(answer);
        });

        assertThat(rest).as("the rest of an answer that is not complete").doesNotContain("[DONE]");
    }

    @Test
    void refusalBeforeTheFirstEventChoosesTheStatus() throws Exception {
        service.misbehave(Fault.rateLimited(Duration.ofMinutes(10)));

        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("600");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(text(answer)).startsWith("{\"error\": \"rate_limit_exceeded\"");
        assertThat(failures.await(PATIENCE)).contains("RateLimitException", "status 429");
    }

    @Test
    void failureAfterTheFirstEventIsAnEventOfItsOwn() throws Exception {
        service.misbehave(Fault.fail(1, "Something broke."));

        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(text(answer))
                .contains("An old")
                .contains("\"code\": \"generation_failed\"")
                .doesNotContain("Something broke.")
                .endsWith("data: [DONE]\n\n");
        assertThat(failures.await(PATIENCE)).contains("GenerationFailedException").doesNotContain("Something broke.");
    }

    @Test
    void prometheusIsShownTheMeters() throws Exception {
        text(ask());

        // The page may have its end a moment before the meters.
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String meters = meters();
        while (!COMPLETED.matcher(meters).find() && System.nanoTime() < deadline) {
            meters = meters();
        }
        assertThat(meters)
                .containsPattern(COMPLETED)
                // As the dashboard charts it.
                .contains("neuralbox_client_generation_active_seconds_active_count{")
                .doesNotContain(LocalNeuralBox.apiKey());
    }

    @Test
    void healthTellsHowTheLastGenerationEndedAndSendsNothing() throws Exception {
        text(ask());
        awaitHealth(200, "UP");
        service.misbehave(Fault.rateLimited(Duration.ofMinutes(10)));
        text(ask());
        long requests = service.requestCount();

        String down = awaitHealth(503, "DOWN");
        assertThat(down).contains("lastCompleted", "lastFailed", "RateLimitException");
        assertThat(get("/q/health/ready").statusCode()).as("readiness").isEqualTo(200);
        assertThat(service.requestCount()).isEqualTo(requests);
        assertThat(failures.await(PATIENCE)).contains("RateLimitException");

        text(ask());
        awaitHealth(200, "UP");
    }

    /** The page may have its end a moment before the health check. */
    private String awaitHealth(int status, String generations) throws Exception {
        Pattern state = Pattern.compile("\"generations\": ?\"" + generations + "\"");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<String> health = get("/q/health");
        while (!state.matcher(health.body()).find() && System.nanoTime() < deadline) {
            health = get("/q/health");
        }
        assertThat(health.body()).containsPattern(state).contains("\"NeuralBox\"");
        assertThat(health.statusCode()).isEqualTo(status);
        return health.body();
    }

    private void awaitNoRequestButOwn() throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String meters = meters();
        while (!NO_REQUEST_BUT_OWN.matcher(meters).find() && System.nanoTime() < deadline) {
            meters = meters();
        }
        assertThat(meters).containsPattern(NO_REQUEST_BUT_OWN);
    }

    private String meters() throws Exception {
        return get("/q/metrics").body();
    }

    private HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(application.resolve(path)).build();
        return page.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void stop() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(application.resolve(StoppableResource.PATH))
                .DELETE()
                .build();
        assertThat(page.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(204);
    }

    private HttpResponse<InputStream> ask() throws Exception {
        return ask("/api/chat");
    }

    private HttpResponse<InputStream> ask(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(application.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"Write a haiku\"}"))
                .build();
        return page.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    private Socket reader() throws IOException {
        return reader("/api/chat");
    }

    /** A reader that takes nothing by itself. It is closed at once: the client of the JDK may take its time. */
    private Socket reader(String path) throws IOException {
        Socket reader = new Socket();
        // Little room on the way, so that it is full soon.
        reader.setReceiveBufferSize(8 << 10);
        reader.setSoTimeout(10_000);
        reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), application.getPort()));
        String question = "{\"prompt\": \"Write a haiku\"}";
        String request = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + question.length() + "\r\n\r\n" + question;
        reader.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return reader;
    }

    private static String text(HttpResponse<InputStream> answer) throws IOException {
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String firstDelta(InputStream body) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (!line.contains("content_delta")) {
            line = lines.readLine();
        }
        return line;
    }

    private void awaitPieces(long pieces) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (service.deltasSent() < pieces) {
            assertThat(System.nanoTime()).as("the time at which there are enough pieces").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** That nothing more happens has no signal: it is true of half a second, or will be soon. */
    private long awaitNoMorePieces() {
        long deadline = System.nanoTime() + 2 * PATIENCE.toNanos();
        long before = service.deltasSent();
        long seen = before;
        long since = System.nanoTime();
        while (seen == before || System.nanoTime() - since < 500_000_000) {
            long now = service.deltasSent();
            if (now != seen) {
                seen = now;
                since = System.nanoTime();
            }
            assertThat(since).as("the time at which the service rests").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
        return seen;
    }
}
