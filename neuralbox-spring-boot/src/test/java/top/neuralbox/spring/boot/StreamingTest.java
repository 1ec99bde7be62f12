package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
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
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What a page sees of a generation, over HTTP, on each server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StreamingTest {

    /** Far more than a piece needs, and far less than the time after which the client gives up a service that rests. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The service's answer up to its second piece. */
    static final int SECOND_PIECE = 135;

    final LocalNeuralBox service =
            LocalNeuralBox.builder().deltas(List.of("An old", " silent pond")).start();
    private final HttpClient page = HttpClient.newHttpClient();
    private NeuralBox neuralBox;
    private ConfigurableApplicationContext application;

    abstract SpringApplicationBuilder application();

    @BeforeAll
    void start() {
        neuralBox = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .build();
        application = application()
                .initializers(context -> context.getBeanFactory().registerSingleton("neuralBox", neuralBox))
                .run(
                        "--server.port=0",
                        "--server.compression.enabled=true",
                        "--server.compression.min-response-size=1",
                        // Shorter than any of these streams, to be seen to have no effect.
                        "--spring.mvc.async.request-timeout=200ms",
                        "--spring.main.banner-mode=off",
                        "--logging.level.root=off");
    }

    @AfterEach
    void leaveNoStreamToTheNextTest() {
        service.awaitNoOpenStreams(PATIENCE);
        service.behave();
    }

    @AfterAll
    void stop() {
        application.close();
        neuralBox.close();
        service.close();
    }

    @Test
    void generationReachesThePageAsTheServicesOwnEvents() throws Exception {
        HttpResponse<InputStream> answer = ask("Accept-Encoding", "gzip");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(answer.headers().firstValue("X-Accel-Buffering")).contains("no");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store, no-transform");
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(text(answer))
                .contains("data: {\"type\": \"content_delta\", \"delta\": \"An old\"}")
                .contains("data: {\"type\": \"content_delta\", \"delta\": \" silent pond\"}")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void pieceReachesThePageWhileTheServiceWithholdsTheNext() {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));

        String line = assertTimeoutPreemptively(PATIENCE, () -> {
            try (InputStream body = ask("Accept-Encoding", "gzip").body()) {
                return lineWith("content_delta", body);
            }
        });

        assertThat(line).contains("An old");
    }

    @Test
    void readerWhoLeavesAStreamThatRestsEndsThePaidOneWithinASecond() throws Exception {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));
        long pieces = service.deltasSent();
        try (Socket reader = reader()) {
            awaitPieces(pieces + 1);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }

    @Test
    void readerWhoLeavesAStreamThatFlowsEndsThePaidOneWithinASecond() throws Exception {
        service.misbehave(Fault.endless());
        // A socket, which is closed at once: the client of the JDK may take its time.
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
    void refusalBeforeTheFirstEventChoosesTheStatus() throws Exception {
        service.misbehave(Fault.rateLimited(Duration.ofMinutes(10)));

        HttpResponse<InputStream> answer = ask();

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("600");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(text(answer)).startsWith("{\"error\": \"rate_limit_exceeded\"");
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
    }

    HttpResponse<InputStream> ask(String... headers) throws Exception {
        return askAt("/chat", headers);
    }

    HttpResponse<InputStream> askAt(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return page.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    HttpResponse<InputStream> post(String path, String json) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return page.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }

    /** A reader that takes nothing by itself. */
    Socket reader() throws Exception {
        return reader("/chat");
    }

    Socket reader(String path) throws Exception {
        Socket reader = new Socket();
        // Little room on the way, so that it is full soon.
        reader.setReceiveBufferSize(8 << 10);
        reader.setSoTimeout(10_000);
        reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        reader.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return reader;
    }

    private int port() {
        return Integer.parseInt(application.getEnvironment().getRequiredProperty("local.server.port"));
    }

    private void awaitPieces(long pieces) {
        await(service::deltasSent, pieces);
    }

    private static void await(LongSupplier count, long least) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (count.getAsLong() < least) {
            assertThat(System.nanoTime())
                    .as("the time at which the count is " + least)
                    .isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** That nothing more happens has no signal: it is true of half a second, or will be soon. */
    private long awaitNoMorePieces() {
        long deadline = System.nanoTime() + 2 * PATIENCE.toNanos();
        long seen = -1;
        long since = System.nanoTime();
        while (seen < 1 || System.nanoTime() - since < 500_000_000) {
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

    static String text(HttpResponse<InputStream> answer) throws Exception {
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String lineWith(String word, InputStream body) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (!line.contains(word)) {
            line = lines.readLine();
        }
        return line;
    }

    /** A stream that rests until the page has had this many comments. */
    void assertThatARestDoesNotEndTheStream(int comments) throws Exception {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(SECOND_PIECE, gate));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(ask().body(), StandardCharsets.UTF_8))) {
            for (int seen = 0; seen < comments; ) {
                seen += lines.readLine().startsWith(":") ? 1 : 0;
            }
            gate.open();
            assertThat(lines.lines())
                    .anyMatch(line -> line.contains(" silent pond"))
                    .endsWith("data: [DONE]", "");
        }
    }
}
