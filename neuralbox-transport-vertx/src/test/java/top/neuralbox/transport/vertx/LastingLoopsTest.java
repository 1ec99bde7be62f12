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
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** An {@code Error} that comes out of event loops: here a log fails that reports what a task has thrown. */
@Logs({"a handler of the engine threw", "Unexpected exception from an event executor"})
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

    /** A handler of the engine finds no memory, and what it had is lost. */
    @Test
    void memoryThatRunsOutEndsTheCallsOfItsLoopAlone() throws Exception {
        try (VertxTransport transport = VertxTransport.create()) {
            Gate broken = new Gate();
            Script stream = Script.builder()
                    .eventStream()
                    .chunk("first")
                    .await(broken)
                    .chunk(", last")
                    .lastChunk()
                    .build();
            server.answer(stream).answer(stream);
            RecordingSubscriber<ByteBuffer> lost = subscribe(head(transport.start(request())));
            lost.awaitItems(1);
            RecordingSubscriber<ByteBuffer> other = subscribe(head(transport.start(request())));
            other.awaitItems(1);

            transport.eventLoops().get(0).runOnContext(nothing -> {
                throw new OutOfMemoryError("of a test");
            });

            assertThat(lost.awaitError())
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            error -> assertThat(error.kind()).isEqualTo(Kind.LOST));
            assertThat(text(lost.items())).isEqualTo("first");
            broken.open();
            assertThat(text(other.awaitCompletion())).isEqualTo("first, last");
            assertThat(text(head(transport.start(request())))).isEqualTo("answer");
            awaitTurnsOfTheEventLoops(transport, 2);
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

    /** A log that writes it down runs out of stack. */
    private static final class Unspeakable extends Error {

        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new StackOverflowError("of a test");
        }

        @Override
        public String getMessage() {
            throw new StackOverflowError("of a test");
        }
    }
}
