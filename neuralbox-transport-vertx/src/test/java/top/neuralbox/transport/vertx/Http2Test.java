package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.vertx.Calls.PATIENCE_SECONDS;
import static top.neuralbox.transport.vertx.Calls.awaitTurnsOfTheEventLoops;
import static top.neuralbox.transport.vertx.Calls.failure;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.subscribe;
import static top.neuralbox.transport.vertx.Calls.text;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** Calls over HTTP/2, negotiated by ALPN with a server that offers both versions. */
class Http2Test {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final long REFUSED_STREAM = 0x7;
    private static final long INTERNAL_ERROR = 0x2;

    /** What the server was asked, in order of arrival; the tests answer themselves. */
    private final BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void firstBufferArrivesWhileTheStreamIsOpen() throws Exception {
        VertxTransport transport = transport(config());
        TransportCall call = transport.start(to(server(100)));
        HttpServerRequest request = next();
        assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);

        write(request, "data: 1\n\n");

        TransportResponse response = head(call);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).doesNotContainKey(":status");
        RecordingSubscriber<ByteBuffer> body = subscribe(response);
        assertThat(text(body.awaitItems(1))).isEqualTo("data: 1\n\n");
        request.response().end("data: 2\n\n");
        assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
    }

    @Test
    void cancelResetsTheStreamAndKeepsTheConnection() throws Exception {
        Http2Server server = server(100);
        VertxTransport transport = transport(config());
        TransportCall kept = transport.start(to(server));
        HttpServerRequest keptRequest = next();
        write(keptRequest, "kept");
        RecordingSubscriber<ByteBuffer> keptBody = subscribe(head(kept));
        keptBody.awaitItems(1);
        TransportCall cancelled = transport.start(to(server));
        HttpServerRequest cancelledRequest = next();
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        cancelledRequest.response().exceptionHandler(seen::complete);
        write(cancelledRequest, "cancelled");
        head(cancelled);

        cancelled.cancel();

        assertThat(seen.get(1, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        StreamResetException.class,
                        reset -> assertThat(reset.getCode()).isEqualTo(0x8));
        keptRequest.response().end(" on");
        assertThat(text(keptBody.awaitCompletion())).isEqualTo("kept on");
        assertThat(server.connections()).isEqualTo(1);
    }

    /** RFC 9113, section 8.7, has it that it was not; gateways have been seen to say so of requests they had passed on. */
    @Test
    void refusedStreamMayHaveBeenSent() throws Exception {
        TransportCall call = transport(config()).start(to(server(100)));
        HttpServerRequest request = next();
        assertThat(call.mayHaveBeenSent()).isTrue();

        request.response().reset(REFUSED_STREAM);

        assertThat(failure(call).kind()).isEqualTo(Kind.LOST);
        assertThat(call.mayHaveBeenSent()).isTrue();
    }

    @Test
    @SuppressWarnings("deprecation") // The engine has no other way to say which stream was the last.
    void streamAboveTheLastOfAGoAwayWasNotSent() throws Exception {
        TransportCall call = transport(config()).start(to(server(100)));
        HttpServerRequest request = next();

        request.connection().goAway(0, 0);

        assertThat(failure(call).kind()).isEqualTo(Kind.LOST);
        assertThat(call.mayHaveBeenSent()).isFalse();
    }

    @Test
    @SuppressWarnings("deprecation") // As above.
    void streamBelowTheLastOfAGoAwayFinishes() throws Exception {
        TransportCall call = transport(config()).start(to(server(100)));
        HttpServerRequest request = next();
        write(request, "first");
        RecordingSubscriber<ByteBuffer> body = subscribe(head(call));
        body.awaitItems(1);

        request.connection().goAway(0, (int) request.streamId());
        request.response().end(", last");

        assertThat(text(body.awaitCompletion())).isEqualTo("first, last");
    }

    @Test
    void streamThatBreaksInTheBodyIsLostAndMayHaveBeenSent() throws Exception {
        TransportCall call = transport(config()).start(to(server(100)));
        HttpServerRequest request = next();
        write(request, "half");
        RecordingSubscriber<ByteBuffer> body = subscribe(head(call));
        body.awaitItems(1);

        request.response().reset(INTERNAL_ERROR);

        assertThat(body.awaitError())
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOST));
        assertThat(call.mayHaveBeenSent()).isTrue();
    }

    /** The engine leaks a place that is reset before its stream is opened; here the only one would be lost. */
    @Test
    void placeGrantedToACancelledCallIsGivenBack() throws Exception {
        Http2Server server = server(1);
        VertxTransport transport = transport(config().maxConnections(1));
        TransportCall first = transport.start(to(server));
        HttpServerRequest request = next();
        TransportCall cancelled = transport.start(to(server));
        awaitTurnsOfTheEventLoops(transport, 2);
        cancelled.cancel();

        write(request, "first");
        request.response().end();
        assertThat(text(subscribe(head(first)).awaitCompletion())).isEqualTo("first");
        TransportCall next = transport.start(to(server));
        write(next(), "next");

        assertThat(head(next).status()).isEqualTo(200);
        assertThat(cancelled.mayHaveBeenSent()).isFalse();
    }

    /** The call lives on one loop and its connection on another; the reset must not overtake the request. */
    @Test
    void placeOfACallThatIsCancelledAsItSendsIsGivenBack() throws Exception {
        Http2Server server =
                Http2Server.start(CERTIFICATES, 1, request -> request.response().end());
        open.add(server);
        VertxTransport transport = onTwoLoops();
        Context home = transport.eventLoops().get(0);
        Context other = transport.eventLoops().get(1);
        TransportResponse first = head(startedOn(home, transport, to(server)));
        assertThat(subscribe(first).awaitCompletion()).isEmpty();

        CompletableFuture<TransportCall> cancelled = new CompletableFuture<>();
        TransportRequest request = TransportRequest.builder("POST", server.uri())
                .body(new byte[] {'{', '}'})
                .onSent(() -> {
                    cancelled.join().cancel();
                    awaitTurnOf(other);
                })
                .build();
        cancelled.complete(startedOn(other, transport, request));

        assertThat(failure(cancelled.join()).kind()).isEqualTo(Kind.CANCELLED);
        assertThat(head(startedOn(home, transport, to(server))).status()).isEqualTo(200);
    }

    /** The notice runs on the loop of the connection, which is not that of the call. */
    @Test
    void interruptFlagThatANoticeSetsReachesNoOtherCall() throws Exception {
        Http2Server server = Http2Server.start(
                CERTIFICATES, 100, request -> request.response().end());
        open.add(server);
        VertxTransport transport = onTwoLoops();
        Context home = transport.eventLoops().get(0);
        assertThat(head(startedOn(home, transport, to(server))).status()).isEqualTo(200);
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        TransportRequest request = TransportRequest.builder("POST", server.uri())
                .body(new byte[] {'{', '}'})
                .onSent(() -> {
                    home.runOnContext(
                            next -> flag.complete(Thread.currentThread().isInterrupted()));
                    Thread.currentThread().interrupt();
                })
                .build();

        TransportCall call = startedOn(transport.eventLoops().get(1), transport, request);

        assertThat(head(call).status()).isEqualTo(200);
        assertThat(flag.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void pausedStreamsDoNotHoldUpTheOthersOfTheirConnection() throws Exception {
        Http2Server server = server(100);
        VertxTransport transport = transport(config());
        for (int i = 0; i < 10; i++) {
            TransportCall paused = transport.start(to(server));
            HttpServerRequest request = next();
            request.response().write(io.vertx.core.buffer.Buffer.buffer(new byte[1024 * 1024]));
            head(paused).body().subscribe(RecordingSubscriber.withoutDemand());
        }

        TransportCall call = transport.start(to(server));
        next().response().end(io.vertx.core.buffer.Buffer.buffer(new byte[1024 * 1024]));

        assertThat(subscribe(head(call)).awaitCompletion().stream()
                        .mapToInt(ByteBuffer::remaining)
                        .sum())
                .isEqualTo(1024 * 1024);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void restrictedToHttp1ItSpeaksHttp1() throws Exception {
        TransportCall call = transport(config().protocols(Protocol.HTTP_1_1)).start(to(server(100)));
        HttpServerRequest request = next();

        request.response().end();

        assertThat(request.version()).isEqualTo(HttpVersion.HTTP_1_1);
        assertThat(head(call).status()).isEqualTo(200);
    }

    private VertxTransport onTwoLoops() {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        open.add(() -> vertx.close().await());
        VertxTransport transport = VertxTransport.builder()
                .vertx(vertx)
                .config(config().maxConnections(1).build())
                .build();
        open.add(0, transport);
        return transport;
    }

    private static TransportCall startedOn(Context loop, VertxTransport transport, TransportRequest request)
            throws Exception {
        CompletableFuture<TransportCall> call = new CompletableFuture<>();
        loop.runOnContext(here -> call.complete(transport.start(request)));
        return call.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void awaitTurnOf(Context loop) {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        loop.runOnContext(passed::complete);
        passed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private Http2Server server(int streams) {
        Http2Server server = Http2Server.start(CERTIFICATES, streams, asked::add);
        open.add(server);
        return server;
    }

    private VertxTransport transport(TransportConfig.Builder config) {
        VertxTransport transport = VertxTransport.create(config.build());
        open.add(0, transport);
        return transport;
    }

    private HttpServerRequest next() throws InterruptedException {
        HttpServerRequest request = asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(request).as("request at the server").isNotNull();
        return request;
    }

    private static TransportConfig.Builder config() {
        return TransportConfig.builder().trustManager(CERTIFICATES.trustManager());
    }

    private static TransportRequest to(Http2Server server) {
        return TransportRequest.builder("POST", server.uri())
                .body(new byte[] {'{', '}'})
                .build();
    }

    private static void write(HttpServerRequest request, String text) {
        request.response().setChunked(true).write(text);
    }
}
