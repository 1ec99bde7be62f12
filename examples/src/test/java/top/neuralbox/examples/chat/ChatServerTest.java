package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.examples.relay.ChatRequestReader;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The guards of the chat's endpoint, without a browser. */
@Timeout(60)
class ChatServerTest {

    private static final int LIMIT = 3;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong clock = new AtomicLong();
    private ChatRun chat;

    @BeforeEach
    void start(@TempDir Path page) throws Exception {
        Files.writeString(page.resolve("index.html"), "<!doctype html><title>chat</title>");
        VisitorLimit limit = new VisitorLimit(LIMIT, Duration.ofMinutes(1), clock::get);
        chat = ChatRun.start(page, limit, LocalNeuralBox.builder().answer("Hi"));
    }

    @AfterEach
    void stop() throws Exception {
        chat.close();
    }

    @Test
    void thePageMayAsk() throws Exception {
        String own = "http://127.0.0.1:" + chat.uri().getPort();
        HttpResponse<String> answer = ask("Origin", own, "Sec-Fetch-Site", "same-origin");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"delta\": \"Hi\"").endsWith("data: [DONE]\n\n");
    }

    @Test
    void aPageOfAnotherOriginMayNot() throws Exception {
        assertThat(ask("Origin", "http://evil.example").statusCode()).isEqualTo(403);
        assertThat(ask("Origin", "http://127.0.0.1:1").statusCode()).isEqualTo(403);
        assertThat(ask("Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(chat.service().requestCount()).isZero();
    }

    @Test
    void aFormMayNot() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(chat.uri().resolve("/api/chat"))
                        .header("Content-Type", "text/plain")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"hello\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(415);
    }

    @Test
    void aVisitorWhoAsksTooOftenHasToWait() throws Exception {
        for (int i = 0; i < LIMIT; i++) {
            assertThat(ask().statusCode()).isEqualTo(200);
        }
        clock.addAndGet(Duration.ofSeconds(20).toNanos());
        HttpResponse<String> refused = ask();
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("40");
        assertThat(refused.body()).contains("rate_limit_exceeded");

        clock.addAndGet(Duration.ofSeconds(40).toNanos());
        assertThat(ask().statusCode()).isEqualTo(200);
    }

    @Test
    void aRequestThatIsTooLargeIsRefusedInJson() throws Exception {
        HttpResponse<String> answer = post("{\"prompt\": \"" + "a".repeat(ChatRequestReader.MAX_BODY) + "\"}");

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("request_too_large");
    }

    @Test
    void thePageMayLoadItsOwnFilesOnly() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.body()).contains("<title>chat</title>");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains(
                        "default-src 'none'",
                        "script-src 'self'",
                        "style-src 'self'",
                        "frame-ancestors 'none'",
                        "require-trusted-types-for 'script'")
                .doesNotContain("unsafe", "*", "data:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/api/chat/settings", "/no-such-file"})
    void eachResponseSaysWhatABrowserMustNotDoWithIt(String path) throws Exception {
        HttpHeaders headers = get(path).headers();

        assertThat(headers.firstValue("Content-Security-Policy")).isPresent();
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(headers.firstValue("Cross-Origin-Opener-Policy")).contains("same-origin");
        assertThat(headers.firstValue("Cross-Origin-Resource-Policy")).contains("same-origin");
        assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
        assertThat(headers.firstValue("Permissions-Policy").orElseThrow()).contains("microphone=()");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /", "GET /index.html", "GET /metrics", "GET /api/chat/settings", "POST /api/chat"})
    void nothingIsAnsweredUnderAnotherHostName(String request) throws Exception {
        assertThat(statusLine(request, "rebound.example:" + chat.uri().getPort()))
                .contains(" 403 ");
        assertThat(statusLine(request, "127.0.0.1.rebound.example")).contains(" 403 ");
        assertThat(statusLine(request, "localhost:" + chat.uri().getPort())).doesNotContain(" 403 ");
    }

    @Test
    void thePageIsToldWhatThereIs() throws Exception {
        assertThat(get("/api/chat/settings").body())
                .isEqualTo("{\"models\":[\"gpt-5\",\"gpt-5-mini\"],\"local\":true,\"billing\":true}");
    }

    @Test
    void theMetersAreServed() throws Exception {
        ask();

        assertThat(get("/metrics").body()).containsPattern("neuralbox_client_generations_started_total\\{.*} 1\\.0");
    }

    /** Sends a request with a {@code Host} that {@link HttpClient} would not send. */
    private String statusLine(String request, String host) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", chat.uri().getPort())) {
            // The reading of a socket heeds no interrupt, so the time-out of the class would not end it.
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nHost: " + host
                                    + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    private HttpResponse<String> ask(String... headers) throws Exception {
        return post("{\"prompt\": \"hello\"}", headers);
    }

    private HttpResponse<String> post(String json, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(chat.uri().resolve("/api/chat"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = chat.uri().resolve(path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
