package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import top.neuralbox.examples.relay.ChatRequestReader;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The guards of the chat's endpoint, without a browser. */
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
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void thePageIsToldWhatThereIs() throws Exception {
        assertThat(get("/api/chat/settings").body())
                .isEqualTo("{\"models\":[\"gpt-5\",\"gpt-5-mini\"],\"local\":true}");
    }

    @Test
    void theMetersAreServed() throws Exception {
        ask();

        assertThat(get("/metrics").body()).containsPattern("neuralbox_client_generations_started_total\\{.*} 1\\.0");
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
