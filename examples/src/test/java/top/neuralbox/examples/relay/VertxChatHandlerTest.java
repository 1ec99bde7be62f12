package top.neuralbox.examples.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBox;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.local.Fault;

/** The router logs that a reader has left, if it notices before the handler does. */
@Logs(perhaps = "Unhandled exception in router")
class VertxChatHandlerTest implements ChatHandlerContract {

    /** Only a server that watches its connections sees that before it has anything to write. */
    @Test
    void theReaderWhoLeavesBeforeTheHeadStopsTheGeneration() throws Exception {
        try (ChatFixture chat = ChatFixture.start(this)) {
            chat.service().misbehave(Fault.stallBeforeHead());
            URI uri = chat.server().uri();
            try (Socket page = new Socket(uri.getHost(), uri.getPort())) {
                page.getOutputStream().write("""
                                POST /api/chat HTTP/1.1\r
                                Host: localhost\r
                                Content-Length: 15\r
                                \r
                                {"prompt":"hi"}""".getBytes(StandardCharsets.US_ASCII));
                awaitRequest(chat);
            }

            chat.service().awaitDisconnect(Duration.ofSeconds(1));
            assertThat(chat.cancelledGenerations()).isEqualTo(1);
        }
    }

    @Override
    public RunningServer serve(NeuralBox neuralBox, ChatRequestReader reader, ChatLimits limits) throws Exception {
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.post("/api/chat")
                .handler(new VertxChatBody(limits))
                .handler(new VertxChatHandler(neuralBox, reader, false, limits));
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return RunningServer.of(
                server.actualPort(),
                () -> vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS));
    }

    /** The service gives no signal before it answers, which it does not here. */
    private static void awaitRequest(ChatFixture chat) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (chat.service().requestCount() == 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
