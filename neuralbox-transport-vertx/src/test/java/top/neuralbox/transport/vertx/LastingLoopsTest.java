package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.vertx.Calls.PATIENCE_SECONDS;
import static top.neuralbox.transport.vertx.Calls.awaitTurnsOfTheEventLoops;
import static top.neuralbox.transport.vertx.Calls.failure;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.subscribe;
import static top.neuralbox.transport.vertx.Calls.text;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** An {@code Error} that comes out of event loops: here a log fails that reports what a task has thrown. */
class LastingLoopsTest {

    private ScriptedServer server;

    @BeforeEach
    void startServer() {
        server = ScriptedServer.start().answerAlways(Script.response(200, "answer"));
    }

    @AfterEach
    void closeServer() {
        server.close();
    }

    @Test
    void callsAndConnectionsGoOn() throws Exception {
        try (VertxTransport transport = VertxTransport.create()) {
            Gate broken = new Gate();
            server.answer(Script.builder()
                    .eventStream()
                    .chunk("first, ")
                    .await(broken)
                    .chunk("last")
                    .lastChunk()
                    .build());
            RecordingSubscriber<ByteBuffer> body = subscribe(head(transport.start(request())));
            body.awaitItems(1);

            transport.eventLoops().forEach(LastingLoopsTest::breakLoop);
            awaitTurnsOfTheEventLoops(transport, 2);
            broken.open();

            assertThat(text(body.awaitCompletion())).isEqualTo("first, last");
            awaitTurnsOfTheEventLoops(transport, 2);
            assertThat(text(head(transport.start(request())))).isEqualTo("answer");
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void timersGoOn() throws Exception {
        try (VertxTransport transport = VertxTransport.create(
                TransportConfig.builder().maxConnections(1).build())) {
            server.answer(Script.silence());
            TransportCall first = transport.start(request());
            server.awaitRequest();
            TransportCall waiting = transport.start(TransportRequest.builder("POST", server.uri("/api/v2/generate"))
                    .connectTimeout(Duration.ofMillis(500))
                    .build());

            transport.eventLoops().forEach(LastingLoopsTest::breakLoop);

            assertThat(failure(waiting).kind()).isEqualTo(Kind.POOL_TIMEOUT);
            assertThat(waiting.mayHaveBeenSent()).isFalse();
            first.cancel();
        }
    }

    /** Its loops are the application's, and so is what becomes of them. */
    @Test
    void loopOfTheApplicationThatHasEndedGetsNoCalls() throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
        try (VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions())) {
            EventLoop ended = loop(transport.eventLoops().get(0));
            breakLoop(transport.eventLoops().get(0));
            assertThat(ended.terminationFuture().await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();

            for (int i = 0; i < 6; i++) {
                assertThat(text(head(transport.start(request())))).isEqualTo("answer");
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void breakLoop(Context context) {
        loop(context).execute(() -> {
            throw new Unspeakable();
        });
    }

    private static EventLoop loop(Context context) {
        return ((ContextInternal) context).nettyEventLoop();
    }

    private TransportRequest request() {
        return TransportRequest.builder("POST", server.uri("/api/v2/generate"))
                .body(new byte[] {'{', '}'})
                .build();
    }

    /** A log that writes it down runs out of memory. */
    private static final class Unspeakable extends Error {

        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new OutOfMemoryError("of a test");
        }

        @Override
        public String getMessage() {
            throw new OutOfMemoryError("of a test");
        }
    }
}
