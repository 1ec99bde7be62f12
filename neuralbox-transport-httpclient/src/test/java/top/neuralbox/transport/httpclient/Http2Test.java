package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.httpclient.Calls.failure;
import static top.neuralbox.transport.httpclient.Calls.head;
import static top.neuralbox.transport.httpclient.Calls.post;
import static top.neuralbox.transport.httpclient.Calls.subscribe;
import static top.neuralbox.transport.httpclient.Calls.text;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.client5.http.impl.ChainElement;
import org.junit.jupiter.api.Test;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportResponse;

@Logs(perhaps = "ignoring DATA frame for stream")
class Http2Test {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Duration PROMPTLY = Duration.ofSeconds(1);
    private static final long CANCEL = 8;
    private static final long REFUSED_STREAM = 7;
    private static final long NO_ERROR = 0;
    private static final int FIRST_STREAM = 1;
    /** A field of HPACK's static table (RFC 7541, appendix A). */
    private static final int STATUS_200 = 0x88;

    /** What the server chose is not known any more then. */
    @Test
    void connectionThatIsGoneAsTheRequestIsToBeWrittenIsALoss() throws Exception {
        AtomicReference<AsyncExecRuntime> runtime = new AtomicReference<>();
        try (Http2Server server = Http2Server.start(
                        CERTIFICATES, request -> request.response().end());
                HttpClientTransport transport = HttpClientTransport.builder()
                        .config(TransportConfig.builder()
                                .trustManager(CERTIFICATES.trustManager())
                                .protocols(Protocol.HTTP_2)
                                .build())
                        .customize(builder -> builder.addExecInterceptorAfter(
                                        ChainElement.CONNECT.name(),
                                        "runtime",
                                        (request, entity, scope, chain, callback) -> {
                                            runtime.set(scope.execRuntime);
                                            chain.proceed(request, entity, scope, callback);
                                        })
                                .addRequestInterceptorFirst((request, entity, context) ->
                                        runtime.get().discardEndpoint()))
                        .build()) {
            TransportCall call = transport.start(post(server.uri("/")).build());

            TransportException failure = failure(call);

            assertThat(failure.kind()).isEqualTo(TransportException.Kind.LOST);
            assertThat(failure).hasMessageEndingWith("was lost before the request was sent");
            assertThat(call.mayHaveBeenSent()).isFalse();
        }
    }

    @Test
    void firstBufferArrivesOverHttp2WhileTheResponseIsHeldOpen() throws Exception {
        AtomicReference<HttpVersion> version = new AtomicReference<>();
        AtomicReference<HttpServerResponse> held = new AtomicReference<>();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    version.set(request.version());
                    held.set(request.response());
                    request.response().write("data: 1\n\n");
                });
                HttpClientTransport transport = transport(Protocol.HTTP_1_1, Protocol.HTTP_2)) {
            TransportResponse response =
                    head(transport.start(post(server.uri("/")).build()));
            RecordingSubscriber<ByteBuffer> body = subscribe(response);

            assertThat(text(body.awaitItems(1))).isEqualTo("data: 1\n\n");
            held.get().end("data: 2\n\n");
            assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
            assertThat(version).hasValue(HttpVersion.HTTP_2);
        }
    }

    @Test
    void requestWithContentArrivesWhole() throws Exception {
        String content = "x".repeat(1_000_000);
        try (Http2Server server = Http2Server.start(
                        CERTIFICATES, request -> request.body().onSuccess(request.response()::end));
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall call = transport.start(post(server.uri("/"))
                    .body(content.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .build());

            assertThat(text(head(call))).isEqualTo(content);
        }
    }

    @Test
    void cancelInTheBodyEndsTheStreamPromptly() throws Exception {
        Gate gone = new Gate();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    watch(request, gone);
                    request.response().write("data: 1\n\n");
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall call = transport.start(post(server.uri("/")).build());
            RecordingSubscriber<ByteBuffer> body = subscribe(head(call));
            body.awaitItems(1);

            call.cancel();

            gone.await(PROMPTLY);
            assertThat(((TransportException) body.awaitError()).kind()).isEqualTo(Kind.CANCELLED);
        }
    }

    @Test
    void cancelBeforeTheHeadEndsTheStreamPromptly() throws Exception {
        Gate arrived = new Gate();
        Gate gone = new Gate();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    watch(request, gone);
                    arrived.open();
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall call = transport.start(post(server.uri("/")).build());
            arrived.await();

            call.cancel();

            gone.await(PROMPTLY);
            assertThat(failure(call).kind()).isEqualTo(Kind.CANCELLED);
        }
    }

    @Test
    void cancelOfOneStreamLeavesTheOthersAlone() throws Exception {
        AtomicReference<HttpServerResponse> second = new AtomicReference<>();
        Gate gone = new Gate();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    if (request.path().equals("/first")) {
                        watch(request, gone);
                    } else {
                        second.set(request.response());
                    }
                    request.response().write("data: 1\n\n");
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall cancelled = transport.start(post(server.uri("/first")).build());
            TransportCall other = transport.start(post(server.uri("/second")).build());
            subscribe(head(cancelled)).awaitItems(1);
            RecordingSubscriber<ByteBuffer> body = subscribe(head(other));
            body.awaitItems(1);

            cancelled.cancel();
            gone.await(PROMPTLY);
            second.get().end("data: 2\n\n");

            assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
        }
    }

    @Test
    void connectionIsUsedAgainAfterACompleteStream() throws Exception {
        Set<Object> connections = ConcurrentHashMap.newKeySet();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    connections.add(request.connection().remoteAddress());
                    request.response().end("whole");
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            for (int i = 0; i < 5; i++) {
                assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                        .isEqualTo("whole");
            }

            assertThat(connections).hasSize(1);
        }
    }

    /**
     * When a refusal has begun, the engine ends the request early and takes the exchange for complete (5.6.5), though the rest
     * of the response is outstanding.
     */
    @Test
    void refusalThatIsStillArrivingKeepsItsConnection() throws Exception {
        byte[] large = new byte[4 * 1024 * 1024];
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    if (request.path().equals("/first")) {
                        request.response().setStatusCode(413).write("too ");
                    } else {
                        request.connection()
                                .ping(Buffer.buffer("12345678"))
                                .onComplete(pong -> request.response().end("second"));
                    }
                });
                HttpClientTransport transport = HttpClientTransport.create(TransportConfig.builder()
                        .trustManager(CERTIFICATES.trustManager())
                        .protocols(Protocol.HTTP_2)
                        .maxConnections(1)
                        .build())) {
            for (int round = 0; round < 10; round++) {
                TransportCall first =
                        transport.start(post(server.uri("/first")).body(large).build());
                subscribe(head(first)).awaitItems(1);
                TransportCall second =
                        transport.start(post(server.uri("/second")).build());

                first.cancel();

                assertThat(text(head(second))).isEqualTo("second");
            }
        }
    }

    /** RFC 9113, section 8.7, has it that it was not; gateways have been seen to say so of requests they had passed on. */
    @Test
    void refusedStreamMayHaveBeenSent() throws Exception {
        try (Http2Server server = Http2Server.start(
                        CERTIFICATES, request -> request.response().reset(REFUSED_STREAM));
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall call = transport.start(post(server.uri("/")).build());

            assertThat(failure(call).kind()).isEqualTo(Kind.LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
        }
    }

    @Test
    void streamThatIsResetForAnotherReasonMayHaveBeenSent() throws Exception {
        try (Http2Server server = Http2Server.start(
                        CERTIFICATES, request -> request.response().reset(CANCEL));
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall call = transport.start(post(server.uri("/")).build());

            assertThat(failure(call).kind()).isEqualTo(Kind.LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
        }
    }

    /**
     * The engine takes such a stream for one of the server's and leaves it waiting (httpcore 5.4.4), so that it ends with the
     * connection only. That it was not processed is then no longer known.
     */
    @Test
    void streamAboveTheLastOfAGoAwayIsLostWithItsConnection() throws Exception {
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    goAway(request, 0);
                    request.connection().close();
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            TransportCall call = transport.start(post(server.uri("/")).build());

            assertThat(failure(call).kind()).isEqualTo(Kind.LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
        }
    }

    @Test
    void streamBelowTheLastOfAGoAwayGoesOnToItsEnd() throws Exception {
        AtomicReference<HttpServerResponse> held = new AtomicReference<>();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    held.set(request.response());
                    request.response().write("data: 1\n\n");
                    goAway(request, FIRST_STREAM);
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            RecordingSubscriber<ByteBuffer> body =
                    subscribe(head(transport.start(post(server.uri("/")).build())));
            body.awaitItems(1);

            held.get().end("data: 2\n\n");

            assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
        }
    }

    @Test
    void resetInTheBodyIsALossAfterWhatArrived() throws Exception {
        AtomicReference<HttpServerResponse> held = new AtomicReference<>();
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    held.set(request.response());
                    request.response().write("data: 1\n\n");
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            RecordingSubscriber<ByteBuffer> body =
                    subscribe(head(transport.start(post(server.uri("/")).build())));
            body.awaitItems(1);

            held.get().reset(CANCEL);

            assertThat(((TransportException) body.awaitError()).kind()).isEqualTo(Kind.LOST);
            assertThat(text(body.items())).isEqualTo("data: 1\n\n");
        }
    }

    /** The clock is another call of the same transport, which moves much more than the window meanwhile. */
    @Test
    void withoutDemandTheServerIsHeldBackByTheWindow() throws Exception {
        AtomicLong written = new AtomicLong();
        Buffer much = Buffer.buffer(new byte[8 * 1024 * 1024]);
        try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                    if (request.path().equals("/clock")) {
                        request.response().end(much);
                    } else {
                        writeWhileItIsTaken(request.response(), written);
                    }
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
            head(transport.start(post(server.uri("/")).build())).body().subscribe(body);

            assertThat(text(head(transport.start(post(server.uri("/clock")).build()))))
                    .hasSize(much.length());

            assertThat(body.items()).isEmpty();
            assertThat(written).hasValueLessThan(1024 * 1024);
            body.cancel();
        }
    }

    @Test
    void http1IsSpokenWhereHttp2IsSwitchedOff() throws Exception {
        try (Http2Server server = Http2Server.start(
                        CERTIFICATES,
                        request -> request.response().end(request.version().toString()));
                HttpClientTransport transport = transport(Protocol.HTTP_1_1)) {
            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo(HttpVersion.HTTP_1_1.toString());
        }
    }

    /** This engine ends streams on what RFC 9113 allows; a call has a connection of its own in either version. */
    @Test
    void http1IsSpokenWhereHttp2IsNotAskedFor() throws Exception {
        try (Http2Server server = Http2Server.start(
                        CERTIFICATES,
                        request -> request.response().end(request.version().toString()));
                HttpClientTransport transport = HttpClientTransport.create(TransportConfig.builder()
                        .trustManager(CERTIFICATES.trustManager())
                        .build())) {
            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo(HttpVersion.HTTP_1_1.toString());
        }
    }

    @Test
    void connectionThatEndsWithoutAnAnswerIsALoss() throws Exception {
        try (RawHttp2Server server = RawHttp2Server.start(CERTIFICATES, (in, out) -> {});
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            assertThat(failure(transport.start(post(server.uri("/")).build())).kind())
                    .isEqualTo(Kind.LOST);
        }
    }

    @Test
    void connectionThatEndsInsideAFrameIsALossAfterWhatArrived() throws Exception {
        try (RawHttp2Server server = RawHttp2Server.start(CERTIFICATES, (in, out) -> {
                    out.write(RawHttp2Server.SETTINGS);
                    RawHttp2Server.awaitRequest(in);
                    out.write(RawHttp2Server.frame(RawHttp2Server.HEADERS, RawHttp2Server.END_HEADERS, 1, STATUS_200));
                    out.write(RawHttp2Server.frame(RawHttp2Server.DATA, 0, 1, 'd', 'a', 't', 'a'));
                    out.write(RawHttp2Server.frame(RawHttp2Server.DATA, 0, 1, 'l', 'o', 's', 't'), 0, 10);
                });
                HttpClientTransport transport = transport(Protocol.HTTP_2)) {
            RecordingSubscriber<ByteBuffer> body =
                    subscribe(head(transport.start(post(server.uri("/")).build())));

            assertThat(((TransportException) body.awaitError()).kind()).isEqualTo(Kind.LOST);
            assertThat(text(body.items())).isEqualTo("data");
        }
    }

    /** All on the same few I/O threads, which remember how their last read in clear text ended. */
    @Test
    void endOfAConnectionInClearTextSaysNothingOfOneInTls() throws Exception {
        try (ScriptedServer clear = ScriptedServer.start();
                Http2Server server = Http2Server.start(
                        CERTIFICATES, request -> request.response().end("whole"));
                HttpClientTransport transport = transport(Protocol.HTTP_1_1, Protocol.HTTP_2)) {
            clear.answerAlways(
                    Script.builder().head(200).text("until the close").close().build());
            for (int i = 0; i < 10; i++) {
                assertThat(text(head(transport.start(post(clear.uri()).build()))))
                        .isEqualTo("until the close");
                assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                        .isEqualTo("whole");
            }
        }
    }

    private static void watch(HttpServerRequest request, Gate gone) {
        request.response().exceptionHandler(failure -> gone.open());
        request.connection().closeHandler(closed -> gone.open());
    }

    /** Deprecated in favour of a shutdown that does not let the test say which stream is the last. */
    @SuppressWarnings("deprecation")
    private static void goAway(HttpServerRequest request, int lastStream) {
        request.connection().goAway(NO_ERROR, lastStream);
    }

    private static void writeWhileItIsTaken(HttpServerResponse response, AtomicLong written) {
        Buffer piece = Buffer.buffer(new byte[8 * 1024]);
        while (!response.writeQueueFull()) {
            response.write(piece).onSuccess(taken -> written.addAndGet(piece.length()));
        }
        response.drainHandler(drained -> writeWhileItIsTaken(response, written));
    }

    private static HttpClientTransport transport(Protocol... protocols) {
        return HttpClientTransport.create(TransportConfig.builder()
                .trustManager(CERTIFICATES.trustManager())
                .protocols(protocols)
                .build());
    }
}
