package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.Generation;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.examples.guide.Guide;
import top.neuralbox.metrics.GenerationMeter;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** Runs each example of the README; the test of the same name runs the method. */
@ExtendWith(Guide.class)
class ReadmeExamplesTest {

    /** Where the examples record to: the folder in which they are run. */
    private static final Path RECORDINGS = Path.of("recordings");

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    @Test
    void everyExampleIsRun() {
        List<String> tests = names(ReadmeExamplesTest.class);

        assertThat(names(ReadmeExamples.class))
                .isNotEmpty()
                .allSatisfy(example -> assertThat(tests).contains(example));
    }

    @Test
    void byPieces(Guide guide) {
        ReadmeExamples.byPieces();

        assertThat(guide.printed()).contains("Write a haiku").endsWith("cost: 3 credits\n");
    }

    @Test
    void byEvents(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create();
                GenerationStream stream = neuralBox.stream(REQUEST)) {
            ReadmeExamples.byEvents(stream);
        }

        assertThat(guide.printed()).contains("Write a haiku").endsWith("credits left: 297\n");
    }

    @Test
    void whole(Guide guide) {
        guide.serve(LocalNeuralBox.builder().answer("An old silent pond"));
        try (NeuralBox neuralBox = NeuralBox.create()) {
            assertThat(ReadmeExamples.whole(neuralBox)).isEqualTo("An old silent pond");
        }
    }

    @Test
    void later(Guide guide) {
        guide.serve(LocalNeuralBox.builder().answer("An old silent pond"));
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.later(neuralBox).join();
        }

        assertThat(guide.printed()).isEqualTo("An old silent pond\n");
    }

    @Test
    void onDemand() {
        RecordingSubscriber<GenerationEvent> subscriber = RecordingSubscriber.unbounded();
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.onDemand(neuralBox, subscriber);

            assertThat(subscriber.awaitCompletion()).last().isInstanceOf(GenerationEvent.End.class);
        }
    }

    @Test
    void full(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            neuralBox.generate(ReadmeExamples.full());
        }

        assertThat(guide.service().requests().get(0).text())
                .contains("\"system\":\"You are a poet.\"", "\"temperature\":0.9", "\"max_tokens\":200");
    }

    @Test
    void picture(Guide guide) {
        guide.serve(LocalNeuralBox.builder().mediaPolls(1));
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.picture(neuralBox);
        }

        assertThat(guide.printed()).matches("https://\\S+\n");
        assertThat(guide.service().requestCount()).isEqualTo(2);
    }

    @Test
    void account(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.account(neuralBox);
        }

        assertThat(guide.printed()).isEqualTo("300 credits left; a picture costs 8 to 8\n");
    }

    @Test
    void budget(Guide guide) throws Exception {
        guide.serve(LocalNeuralBox.builder().balance(BigDecimal.valueOf(202)));
        Generation generation = ReadmeExamples.budget();

        assertThat(generation.billing().creditsUsed()).isEqualTo(BigDecimal.valueOf(3));
        assertThat(guide.printed())
                .contains("only 199 credits left\n", "tenant,model,generations,charged,unknown,credits");
    }

    @Test
    void overItsOwnTransport() {
        try (NeuralBox neuralBox = ReadmeExamples.overItsOwnTransport()) {
            assertThat(neuralBox.generate(REQUEST).text()).isNotEmpty();
        }
    }

    @Test
    void watched() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (NeuralBox neuralBox = ReadmeExamples.watched(registry)) {
            neuralBox.generate(REQUEST);
        }

        assertThat(registry.find(GenerationMeter.USAGE.meterName())
                        .tag("client", "chat")
                        .counter()
                        .count())
                .isEqualTo(3);
    }

    @Test
    void failures(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            guide.service().misbehave(Fault.rateLimited(Duration.ofHours(1)));
            ReadmeExamples.failures(neuralBox, REQUEST);
            guide.service().misbehave(Fault.fail(3, "the provider is down"));
            ReadmeExamples.failures(neuralBox, REQUEST);
            guide.service().misbehave(Fault.cutAfter(200));
            ReadmeExamples.failures(neuralBox, REQUEST);
        }

        assertThat(guide.printed())
                .startsWith("come back in PT1H\nnothing was charged, send it again if you like: the service gave")
                .contains("ask the service about gen_");
    }

    @Test
    void toABrowser() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (NeuralBox neuralBox = NeuralBox.create()) {
            server.createContext("/api/chat", exchange -> {
                ReadmeExamples.toABrowser(neuralBox, REQUEST, exchange);
                exchange.close();
            });
            server.start();
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + server.getAddress().getPort() + "/api/chat"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            assertThat(answer.body()).contains("content_delta").endsWith("data: [DONE]\n\n");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void onALocalService(Guide guide) {
        ReadmeExamples.onALocalService(neuralBox ->
                assertThatThrownBy(() -> neuralBox.generate(REQUEST)).isInstanceOf(StreamBrokenException.class));

        assertThat(guide.printed()).isEqualTo("charged: 0\n");
        assertThat(guide.service().generations(Outcome.COMPLETED)).isZero();
    }

    @Test
    void fleet() {
        assertThat(ReadmeExamples.fleet()).isNotNull();
    }

    @Test
    void spent(Guide guide) throws Exception {
        BillingLedger ledger = new BillingLedger();
        CountDownLatch ended = new CountDownLatch(1);
        try (NeuralBox neuralBox = NeuralBox.builder()
                .listener(ledger)
                .listener(info -> outcome -> ended.countDown())
                .build()) {
            neuralBox.generate(REQUEST);
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
        ReadmeExamples.spent(ledger);

        assertThat(guide.printed()).isEqualTo("null gpt-5: 3 credits for 1 of 1, 0 unknown\n");
    }

    @Test
    void record() throws IOException {
        try {
            ReadmeExamples.record();

            assertThat(RECORDINGS.resolve("recording-1.jsonl"))
                    .content()
                    .doesNotContain("haiku", LocalNeuralBox.apiKey());
        } finally {
            deleteRecordings();
        }
    }

    @Test
    void replay() throws IOException {
        try {
            ReadmeExamples.record();
            ReadmeExamples.replay(neuralBox -> assertThat(
                            neuralBox.generate(REQUEST).billing().creditsUsed())
                    .isEqualTo(BigDecimal.valueOf(3)));
        } finally {
            deleteRecordings();
        }
    }

    @Test
    void submitWithoutBlocking(Guide guide) {
        GenerationRequest picture = GenerationRequest.of("dall-e-3", "A robot that paints");
        try (NeuralBox neuralBox = NeuralBox.create()) {
            ReadmeExamples.submitWithoutBlocking(neuralBox, picture).join();
        }

        assertThat(guide.printed()).matches("gen_\\d+ cost 8\n");
    }

    private static void deleteRecordings() throws IOException {
        Files.deleteIfExists(RECORDINGS.resolve("recording-1.jsonl"));
        Files.deleteIfExists(RECORDINGS);
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(Method::getName)
                .toList();
    }
}
