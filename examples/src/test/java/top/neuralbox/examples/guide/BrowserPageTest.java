package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.testkit.local.Fault;

@ExtendWith(Guide.class)
class BrowserPageTest {

    private final NeuralBox neuralBox = NeuralBox.create();
    private final GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

    @AfterEach
    void close() {
        neuralBox.close();
    }

    @Test
    void pageGetsTheStreamAndAFailureItsStatus(Guide guide) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

        server.setExecutor(Executors.newFixedThreadPool(200)); // without one, this server has one reader at a time
        server.createContext("/api/chat", exchange -> {
            StreamRelay relay = StreamRelay.of(neuralBox.publish(request));
            try {
                StreamRelay.Head head = relay.head().join();
                head.headers().forEach(exchange.getResponseHeaders()::set);
                exchange.sendResponseHeaders(head.status(), 0);
                relay.writeTo(exchange.getResponseBody());
            } finally {
                relay.cancel(); // if the reader has left; after the end it does nothing
                exchange.close();
            }
        });

        server.start();
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/chat");
        HttpResponse<String> stream = ask(uri);
        guide.service().misbehave(Fault.rateLimited(Duration.ofHours(1)));
        HttpResponse<String> refusal = ask(uri);
        server.stop(0);
        ((ExecutorService) server.getExecutor()).shutdownNow();

        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body())
                .contains("content_delta")
                .doesNotContain("balance")
                .endsWith("data: [DONE]\n\n");
        assertThat(refusal.statusCode()).isEqualTo(429);
        assertThat(refusal.headers().firstValue("Retry-After")).hasValue("3600");
        assertThat(refusal.body()).startsWith("{\"error\": \"rate_limit_exceeded\"");
    }

    @Test
    void settingsOfARelay() throws Exception {
        ByteArrayOutputStream page = new ByteArrayOutputStream();

        StreamRelay relay = StreamRelay.builder(neuralBox.publish(request))
                .keepAlive(Duration.ofMillis(200))
                .headWithin(Duration.ofSeconds(20))
                .billing(true)
                .build();

        relay.writeTo(page);
        assertThat(page.toString(StandardCharsets.UTF_8)).contains("\"balance_remaining\": 297");
    }

    private static HttpResponse<String> ask(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
