package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.vertx.Calls.PATIENCE_SECONDS;
import static top.neuralbox.transport.vertx.Calls.awaitTurnsOfTheEventLoops;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.text;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.BodyPublisher;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * A subscriber asks for more just as its connection ends: the event loop has the request in its queue, and the end behind it.
 * What the engine had read before is still delivered.
 */
class EndMeetsDemandTest {

    /** More small chunks than the engine takes from a connection for a reader that stands still, by less than stop its reads. */
    private static final int CHUNKS = 20;

    private static final String AHEAD = "x".repeat(ResponseFlow.HIGH_WATER_MARK);
    private static final String REST = "0123456789".repeat(CHUNKS);
    private static final Duration PROMPTLY = Duration.ofSeconds(10);

    private final Gate paused = new Gate();
    private final Gate end = new Gate();
    private final Gate written = new Gate();

    private final ScriptedServer server = ScriptedServer.start();
    private Vertx vertx;
    private VertxTransport transport;

    @AfterEach
    void close() throws Exception {
        transport.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void wholeResponseIsDelivered() throws Exception {
        assertThat(text(endOnTheOnlyLoop("0\r\n\r\n").awaitCompletion())).isEqualTo(AHEAD + REST);
    }

    @Test
    void contentBeforeABreakIsDelivered() throws Exception {
        assertBrokenOffBehind(endOnTheOnlyLoop(""), AHEAD + REST);
    }

    /** A call that was started on one loop of the application, and a connection of another loop. */
    @Test
    void wholeResponseIsDeliveredToAnotherLoop() throws Exception {
        assertThat(text(endOnAnotherLoop("0\r\n\r\n").awaitCompletion())).isEqualTo(AHEAD + REST);
    }

    @Test
    void contentBeforeABreakIsDeliveredToAnotherLoop() throws Exception {
        assertBrokenOffBehind(endOnAnotherLoop(""), AHEAD + REST);
    }

    @Test
    void contentBeforeAResetOverHttp2IsDeliveredToAnotherLoop() throws Exception {
        CompletableFuture<HttpServerResponse> answering = new CompletableFuture<>();
        try (Http2Server http2 = Http2Server.start(TestCertificates.shared(), 10, request -> {
            if (request.path().equals("/first")) {
                request.response().end();
            } else {
                HttpServerResponse response = request.response();
                response.setChunked(true);
                response.write(Buffer.buffer(AHEAD)).onComplete(sent -> answering.complete(response));
            }
        })) {
            open(2);
            Context home = transport.eventLoops().get(0);
            Context other = transport.eventLoops().get(1);
            text(head(startedOn(home, http2.uri().resolve("/first"))));
            TransportResponse response = head(startedOn(other, http2.uri()));
            assertThat(http2.connections()).isEqualTo(1);
            RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
            response.body().subscribe(body);
            HttpServerResponse server = answering.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            awaitPause(response);
            server.write(REST).toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            awaitTurnsOfTheEventLoops(transport, 4);

            Gate release = block(other);
            body.request(Long.MAX_VALUE);
            server.reset().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            awaitTurns(home);
            release.open();

            assertThat(body.awaitError()).isInstanceOf(TransportException.class);
            assertThat(text(body.items())).isEqualTo(AHEAD + REST);
        }
    }

    /**
     * One loop: its turn begins with a read of another connection, whose subscriber asks for more on behalf of this one; the
     * end of this one is read behind it, and is told behind the request. Sockets are read in the order in which bytes came.
     */
    private RecordingSubscriber<ByteBuffer> endOnTheOnlyLoop(String lastChunk) throws Exception {
        open(1);
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
        read(body, start(server.answer(script(lastChunk)).uri("/")));
        Gate ask = new Gate();
        Gate asking = new Gate();
        try (ScriptedServer others = ScriptedServer.start()) {
            others.answer(Script.builder()
                    .eventStream()
                    .await(ask)
                    .chunk("ask")
                    .open(asking)
                    .lastChunk()
                    .build());
            RecordingSubscriber<ByteBuffer> other =
                    RecordingSubscriber.<ByteBuffer>unbounded().onItem(bytes -> body.request(Long.MAX_VALUE));
            head(start(others.uri("/"))).body().subscribe(other);
            Gate release = block(transport.eventLoops().get(0));
            ask.open();
            asking.await();
            end.open();
            server.awaitNoOpenConnections(PROMPTLY);
            release.open();
            other.awaitCompletion();
        }
        return body;
    }

    /** Two loops: the one of the call stands still, while the one of the connection reads the end. */
    private RecordingSubscriber<ByteBuffer> endOnAnotherLoop(String lastChunk) throws Exception {
        open(2);
        Context home = transport.eventLoops().get(0);
        Context other = transport.eventLoops().get(1);
        server.answer(Script.response(200, "first"));
        text(head(startedOn(home, server.uri("/"))));
        awaitTurnsOfTheEventLoops(transport, 2);
        server.answer(script(lastChunk));
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
        read(body, startedOn(other, server.uri("/")));
        assertThat(server.connectionCount()).isEqualTo(1);

        Gate release = block(other);
        body.request(Long.MAX_VALUE);
        end.open();
        server.awaitNoOpenConnections(PROMPTLY);
        awaitTurns(home);
        release.open();
        return body;
    }

    private void open(int loops) {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
        transport = VertxTransport.builder()
                .vertx(vertx)
                .config(TransportConfig.builder()
                        .trustManager(TestCertificates.shared().trustManager())
                        .build())
                .build();
    }

    /** The content up to where the engine is paused, what it reads beyond that, and the end. */
    private Script script(String lastChunk) {
        String chunk = "a\r\n0123456789\r\n";
        return Script.builder()
                .eventStream()
                .chunk(AHEAD)
                .await(paused)
                .text(chunk.repeat(CHUNKS) + lastChunk)
                .open(written)
                .await(end)
                .close()
                .build();
    }

    private void read(RecordingSubscriber<ByteBuffer> body, TransportCall call) throws Exception {
        TransportResponse response = head(call);
        response.body().subscribe(body);
        awaitPause(response);
        paused.open();
        written.await();
        awaitTurnsOfTheEventLoops(transport, 4);
    }

    private void awaitPause(TransportResponse response) throws Exception {
        for (int turn = 0;
                turn < 1_000 && ((BodyPublisher) response.body()).ahead() < ResponseFlow.HIGH_WATER_MARK;
                turn++) {
            awaitTurnsOfTheEventLoops(transport, 1);
        }
        awaitTurnsOfTheEventLoops(transport, 2);
        assertThat(((BodyPublisher) response.body()).ahead()).isGreaterThanOrEqualTo(ResponseFlow.HIGH_WATER_MARK);
    }

    private TransportCall start(URI uri) {
        return transport.start(TransportRequest.builder("POST", uri)
                .body(new byte[] {'{', '}'})
                .build());
    }

    private TransportCall startedOn(Context loop, URI uri) throws Exception {
        CompletableFuture<TransportCall> started = new CompletableFuture<>();
        loop.runOnContext(nothing -> started.complete(start(uri)));
        return started.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Keeps a loop busy until the gate opens. */
    private static Gate block(Context loop) {
        Gate blocked = new Gate();
        Gate release = new Gate();
        loop.runOnContext(nothing -> {
            blocked.open();
            release.await();
        });
        blocked.await();
        return release;
    }

    private static void awaitTurns(Context loop) throws Exception {
        for (int turn = 0; turn < 50; turn++) {
            CompletableFuture<Void> passed = new CompletableFuture<>();
            loop.runOnContext(passed::complete);
            passed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void assertBrokenOffBehind(RecordingSubscriber<ByteBuffer> body, String content) {
        assertThat(body.awaitError())
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOST));
        assertThat(text(body.items())).isEqualTo(content);
    }
}
