package top.neuralbox.examples.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

class JdkChatHandlerTest implements ChatHandlerContract {

    /** Each reader has a thread, so there must not be as many as strangers like. */
    @Test
    void theConnectionOfAReaderTooManyIsClosed() throws Exception {
        Gate gate = new Gate();
        try (ChatFixture chat = ChatFixture.start(this);
                JdkChatServer small = JdkChatServer.start(
                        anyPort(),
                        new JdkChatHandler(
                                chat.neuralBox(), new ChatRequestReader(List.of("gpt-5")), ChatLimits.DEFAULT),
                        1)) {
            chat.service().misbehave(Fault.stallAfter(250, gate));
            RunningServer server = RunningServer.of(small.port(), small);
            try (PageReader first = PageReader.post(server.uri(), "{\"prompt\": \"first\"}");
                    RawPage second = RawPage.connect(server.uri())) {
                assertThat(first.nextDelta()).isEqualTo("Here");
                second.send("POST /api/chat HTTP/1.1\r\n");
                assertThat(second.statusLine()).isEmpty();
                gate.open();
                assertThat(first.rest()).endsWith("data: [DONE]\n\n");
            }
            try (PageReader next = PageReader.post(server.uri(), "{\"prompt\": \"next\"}")) {
                assertThat(next.rest()).endsWith("data: [DONE]\n\n");
            }
        }
    }

    /**
     * The buffers between become full in a head, in a body, or in the end of an answer. A budget refuses these calls, so the answers
     * are short.
     */
    @Test
    void theConnectionOfAReaderWhoTakesNoneOfItsAnswersIsClosed() throws Exception {
        int readers = 8;
        ChatLimits limits = new ChatLimits(Duration.ofSeconds(10), Duration.ofMillis(500));
        CreditBudget nothing = CreditBudget.builder()
                .limit(BigDecimal.ZERO, Duration.ofDays(1))
                .build();
        try (ChatFixture chat = ChatFixture.start(this);
                NeuralBox refusing = NeuralBox.builder()
                        .apiKey(LocalNeuralBox.apiKey())
                        .baseUri(chat.service().uri())
                        .transport(chat.transport())
                        .budget(nothing)
                        .build();
                JdkChatServer server = JdkChatServer.start(
                        anyPort(),
                        new JdkChatHandler(refusing, new ChatRequestReader(List.of("gpt-5")), limits),
                        readers)) {
            URI uri = RunningServer.of(server.port(), server).uri();
            List<CompletableFuture<Void>> closed = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                RawPage page = RawPage.connectSmall(uri);
                closed.add(CompletableFuture.runAsync(
                        () -> page.sendUntilClosed(
                                "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{\"prompt\":\"hi\"}"),
                        task -> daemon(task).start()));
            }

            assertThat(CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(Duration.ofSeconds(30));
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "page");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * In Java 17 the head cannot be sent then, so nothing is written whose failure would end the relay. A newer JDK keeps the head
     * for the first write, which fails.
     */
    @Test
    void theReaderWhoResetsTheConnectionBeforeTheHeadStopsThePaidStream() throws Exception {
        Gate gate = new Gate();
        try (ChatFixture chat = ChatFixture.start(this, LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
                RawPage page = RawPage.connect(chat.server().uri())) {
            // It never ends by itself, so that nothing but the reader's leaving ends it.
            chat.service().misbehave(Fault.endless(), Fault.stallAfter(0, gate));
            page.send("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{\"prompt\":\"hi\"}");
            chat.service().awaitOpenStreams(1, Duration.ofSeconds(10));
            page.reset();
            gate.open();

            chat.service().awaitDisconnect(Duration.ofSeconds(1));
        }
    }

    @Override
    public RunningServer serve(NeuralBox neuralBox, ChatRequestReader reader, ChatLimits limits) throws Exception {
        JdkChatServer server = JdkChatServer.start(anyPort(), new JdkChatHandler(neuralBox, reader, limits), 100);
        return RunningServer.of(server.port(), server);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
