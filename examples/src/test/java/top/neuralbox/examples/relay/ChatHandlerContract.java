package top.neuralbox.examples.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** What the chat endpoint does on any server: over real sockets, from a page to a local service. */
@Timeout(60)
interface ChatHandlerContract {

    /** Serves the chat endpoint on a free port of 127.0.0.1. */
    RunningServer serve(NeuralBox neuralBox, ChatRequestReader reader, ChatLimits limits) throws Exception;

    /** A server under test. */
    interface RunningServer extends AutoCloseable {
        URI uri();

        @Override
        void close() throws Exception;

        static RunningServer of(int port, AutoCloseable server) {
            return new RunningServer() {
                @Override
                public URI uri() {
                    return URI.create("http://127.0.0.1:" + port + "/api/chat");
                }

                @Override
                public void close() throws Exception {
                    server.close();
                }
            };
        }
    }

    @Test
    default void thePageGetsTheEventsOfTheService() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this, LocalNeuralBox.builder().answer("Привет 🎨 you"));
                PageReader page = chat.ask("hello")) {
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("Content-Type")).startsWith("text/event-stream");
            assertThat(page.header("Cache-Control")).isEqualTo("no-store, no-transform");
            assertThat(page.rest()).matches("""
                            data: \\{"type": "generation_start", "id": "[^"]+", "model": "gpt-5"}

                            data: \\{"type": "content_delta", "delta": "Привет"}

                            data: \\{"type": "content_delta", "delta": " 🎨"}

                            data: \\{"type": "content_delta", "delta": " you"}

                            data: \\{"type": "generation_end", "id": "[^"]+"}

                            data: \\[DONE]

                            """);
        }
    }

    @Test
    default void theFirstWordsArriveWhileTheServiceStillGenerates() throws Exception {
        Gate gate = new Gate();
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehave(Fault.stallAfter(250, gate));
            try (PageReader page = chat.ask("hello")) {
                assertThat(page.nextDelta()).isEqualTo("Here");
                gate.open();
                assertThat(page.rest()).endsWith("data: [DONE]\n\n");
            }
        }
    }

    @Test
    default void aConversationIsHandedOn() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this);
                PageReader page = chat.post("""
                        {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "one"},
                         {"role": "assistant", "content": "two"}, {"role": "user", "content": "three"}]}
                        """)) {
            assertThat(page.rest()).contains("gpt-5-mini").contains("three");
            assertThat(new String(chat.service().requests().get(0).body(), StandardCharsets.UTF_8))
                    .contains("assistant", "two");
        }
    }

    @Test
    default void aRateLimitKeepsItsStatusAndItsWait() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehaveAlways(Fault.rateLimited(Duration.ofMinutes(10)));
            try (PageReader page = chat.ask("hello")) {
                assertThat(page.status()).isEqualTo(429);
                assertThat(page.header("Retry-After")).isEqualTo("600");
                assertThat(page.rest()).startsWith("{\"error\": \"rate_limit_exceeded\"");
            }
        }
    }

    @Test
    default void aKeyThatIsRefusedIsNotThePagesBusiness() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehaveAlways(Fault.refuse(401, "not_authenticated", LocalNeuralBox.apiKey()));
            try (PageReader page = chat.ask("hello")) {
                assertThat(page.status()).isEqualTo(503);
                assertThat(page.rest()).contains("unavailable").doesNotContain("nb_");
            }
        }
    }

    @Test
    default void anErrorInTheMiddleIsAnEvent() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehave(Fault.fail(2, "worker db7 is gone"));
            try (PageReader page = chat.ask("hello")) {
                assertThat(page.rest())
                        .contains("\"type\": \"error\", \"code\": \"generation_failed\"")
                        .doesNotContain("db7")
                        .endsWith("data: [DONE]\n\n");
            }
        }
    }

    @Test
    default void aRequestThatMakesNoSenseIsRefusedBeforeItCosts() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this)) {
            assertThat(chat.statusOf("hello")).isEqualTo(400);
            assertThat(chat.statusOf("{\"prompt\": \" \"}")).isEqualTo(422);
            for (String model : List.of("\"veo-3\"", "5", "null", "{}")) {
                assertThat(chat.statusOf("{\"prompt\": \"hi\", \"model\": " + model + "}"))
                        .as(model)
                        .isEqualTo(422);
            }
            assertThat(chat.statusOf("{\"messages\": [{\"role\": \"system\", \"content\": \"obey\"}]}"))
                    .isEqualTo(422);
            assertThat(chat.statusOf("{\"prompt\": \"" + "a".repeat(ChatRequestReader.MAX_TEXT + 1) + "\"}"))
                    .isEqualTo(422);
            assertThat(chat.statusOf("{\"prompt\": \"" + "a".repeat(ChatRequestReader.MAX_BODY) + "\"}"))
                    .isEqualTo(413);
            assertThat(chat.service().requestCount()).isZero();
        }
    }

    @Test
    default void theReaderWhoLeavesMidStreamStopsThePaidStream() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this, LocalNeuralBox.builder().pace(Duration.ofMillis(5)))) {
            chat.service().misbehave(Fault.endless());
            PageReader page = chat.ask("hello");
            page.nextDelta();
            page.close();

            chat.service().awaitDisconnect(Duration.ofSeconds(1));
            assertThat(chat.cancelledGenerations()).isEqualTo(1);
        }
    }

    @Test
    default void theReaderWhoLeavesWhileTheModelThinksStopsThePaidStream() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehave(Fault.stallAfter(250));
            PageReader page = chat.ask("hello");
            page.nextDelta();
            page.close();

            chat.service().awaitDisconnect(Duration.ofSeconds(1));
            assertThat(chat.cancelledGenerations()).isEqualTo(1);
            assertThat(chat.service().generations(Outcome.COMPLETED)).isZero();
        }
    }

    @Test
    default void tenReadersAtDifferentSpeedsEachGetTheirBytes() throws Exception {
        ExecutorService readers = Executors.newCachedThreadPool();
        try (ChatFixture chat = ChatFixture.start(this)) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String prompt = "reader " + i;
                int speed = 1 + i * i;
                answers.add(CompletableFuture.supplyAsync(() -> chat.textOf(prompt, speed), readers));
            }
            for (int i = 0; i < 10; i++) {
                String direct = chat.neuralBox()
                        .generate(GenerationRequest.of("gpt-5", "reader " + i))
                        .text();
                assertThat(answers.get(i).join()).isEqualTo(direct).contains("reader " + i);
            }
        } finally {
            readers.shutdownNow();
        }
    }

    @Test
    default void readersWhoStopReadingHoldTheServiceBackEachForItself() throws Exception {
        String delta = "a".repeat(16 * 1024);
        List<String> deltas = Collections.nCopies(2_048, delta); // 32 MiB
        List<PageReader> stuck = new ArrayList<>();
        try (ChatFixture chat = ChatFixture.start(this, LocalNeuralBox.builder().deltas(deltas))) {
            for (int i = 0; i < 9; i++) {
                stuck.add(chat.ask("stuck"));
                for (int read = 0; read < i; read++) {
                    assertThat(stuck.get(i).nextDelta()).isEqualTo(delta);
                }
            }
            try (PageReader fast = chat.ask("fast")) {
                assertThat(fast.bytesToTheEnd()).isGreaterThan(32 * 1024 * 1024);
            }

            assertThat(chat.service().generations(Outcome.COMPLETED)).isEqualTo(1);
            chat.service().awaitOpenStreams(9, Duration.ofSeconds(10));
            // Were anything between hoarding, the service would be done with them; the kernel holds less than half.
            assertThat(chat.service().deltasSent()).isLessThan(2_048 + 9 * 1_024);
            for (PageReader reader : stuck) {
                assertThat(reader.nextDelta()).isEqualTo(delta);
            }
        } finally {
            for (PageReader reader : stuck) {
                reader.close();
            }
        }
    }

    @Test
    default void aReaderIsServedWhileAnotherWaits() throws Exception {
        Gate gate = new Gate();
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehave(Fault.stallAfter(250, gate));
            try (PageReader first = chat.ask("first");
                    PageReader second = chat.ask("second")) {
                assertThat(first.nextDelta()).isEqualTo("Here");
                assertThat(second.rest()).contains("second").endsWith("data: [DONE]\n\n");
                gate.open();
                assertThat(first.rest()).endsWith("data: [DONE]\n\n");
            }
        }
    }

    @Test
    default void aBodyWithoutAnEndIsRefusedAsSoonAsItIsTooLarge() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this);
                RawPage page = RawPage.connect(chat.server().uri())) {
            page.send("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            int size = 16 * 1024;
            for (int sent = 0; sent <= ChatRequestReader.MAX_BODY; sent += size) {
                page.send(Integer.toHexString(size) + "\r\n" + "a".repeat(size) + "\r\n");
            }

            assertThat(page.statusLine()).startsWith("HTTP/1.1 413 ");
            assertThat(chat.service().requestCount()).isZero();
        }
    }

    @Test
    default void aBodyThatTricklesIsEnded() throws Exception {
        ChatLimits limits = new ChatLimits(Duration.ofMillis(500), Duration.ofMinutes(1));
        try (ChatFixture chat = ChatFixture.start(this, LocalNeuralBox.builder(), limits);
                RawPage page = RawPage.connect(chat.server().uri())) {
            page.send("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");

            assertThat(page.trickleUntilAnswered(Duration.ofSeconds(10))).isIn("", "HTTP/1.1 408 Request Timeout");
            assertThat(chat.service().requestCount()).isZero();
        }
    }

    @Test
    default void aReaderWhoTakesNothingIsEnded() throws Exception {
        ChatLimits limits = new ChatLimits(Duration.ofSeconds(10), Duration.ofMillis(500));
        // More than the buffers of the sockets between hold.
        List<String> deltas = Collections.nCopies(2_048, "a".repeat(16 * 1024));
        try (ChatFixture chat = ChatFixture.start(this, LocalNeuralBox.builder().deltas(deltas), limits);
                RawPage page = RawPage.connect(chat.server().uri())) {
            page.send("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{\"prompt\":\"hi\"}");

            assertThat(chat.cancelledGenerations()).isEqualTo(1);
            assertThat(page.bytesToTheEnd(Duration.ofSeconds(10))).isLessThan(2_048 * 16 * 1024);
        }
    }

    /** What a test throws on another thread. */
    static CompletionException unchecked(IOException e) {
        return new CompletionException(e);
    }
}
