package top.neuralbox.transport.vertx;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static top.neuralbox.transport.vertx.Calls.PATIENCE_SECONDS;
import static top.neuralbox.transport.vertx.Calls.awaitTurnsOfTheEventLoops;
import static top.neuralbox.transport.vertx.Calls.failure;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.text;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** What is particular to this transport: whose engine it is, on which event loops it runs, and the Web Client beside it. */
class VertxTransportTest {

    private ScriptedServer server;

    @BeforeEach
    void startServer() {
        server = ScriptedServer.start().answerAlways(Script.response(200, "answer"));
    }

    @AfterEach
    void closeServer() {
        server.close();
    }

    /** The end of the call that is under way frees the only connection. Which call ends first is a matter of chance. */
    @RepeatedTest(4)
    void callThatWaitsIsNotSentWhileTheTransportIsClosed() {
        server.answerAlways(Script.silence());
        VertxTransport transport = VertxTransport.create(
                TransportConfig.builder().maxConnections(1).build());
        TransportCall underWay = transport.start(request());
        server.awaitRequest();
        for (int i = 0; i < 20; i++) {
            transport.start(request());
        }
        var unused = underWay.response().whenComplete((head, closed) -> awaitAnotherRequest(Duration.ofMillis(300)));

        transport.close();

        assertThat(server.requestCount()).isEqualTo(1);
    }

    private void awaitAnotherRequest(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (server.requestCount() == 1 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    /** The server answers after the head, and reads no more. The rest of the request would come before the next one. */
    @Test
    void connectionWhoseRequestIsNotWrittenYetTakesNoFurtherCall() throws Exception {
        BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
        try (ServerSocket early = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                VertxTransport transport = VertxTransport.create()) {
            Thread acceptor = new Thread(() -> {
                try {
                    while (true) {
                        accepted.add(early.accept());
                    }
                } catch (IOException closed) {
                    // The test is over.
                }
            });
            acceptor.start();
            URI uri = URI.create("http://127.0.0.1:" + early.getLocalPort() + "/");
            TransportCall large = transport.start(TransportRequest.builder("POST", uri)
                    .body(new byte[24 * 1024 * 1024])
                    .build());
            Socket first = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            first.getInputStream().read();
            first.getOutputStream().write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
            assertThat(text(head(large))).isEmpty();

            transport.start(TransportRequest.builder("POST", uri).build());

            try (Socket second = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                assertThat(second).as("another connection").isNotNull();
            }
            first.close();
        }
    }

    @Test
    void webClientSharesTheConnectionsOfTheCalls() throws Exception {
        try (VertxTransport transport = VertxTransport.create()) {
            complete(transport);
            // The connection is in the pool again in a later turn.
            awaitTurnsOfTheEventLoops(transport, 2);

            String answer = transport
                    .webClient()
                    .request(HttpMethod.GET, server.port(), "127.0.0.1", "/api/v2/balance")
                    .send()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .bodyAsString();
            awaitTurnsOfTheEventLoops(transport, 2);
            complete(transport);

            assertThat(answer).isEqualTo("answer");
            assertThat(server.requestCount()).isEqualTo(3);
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void webClientOfAGivenVertxSharesTheConnectionsOfTheCalls() throws Exception {
        withVertx(vertx -> {
            WebClientOptions options =
                    new WebClientOptions().setUserAgent("application/1").setUseAlpn(true);
            try (VertxTransport transport = VertxTransport.create(vertx, options)) {
                complete(transport);

                transport
                        .webClient()
                        .request(HttpMethod.GET, server.port(), "127.0.0.1", "/")
                        .send()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);

                assertThat(server.received().get(0).header("User-Agent")).isNull();
                assertThat(server.received().get(1).header("User-Agent")).isEqualTo("application/1");
                assertThat(server.connectionCount()).isEqualTo(1);
            }
        });
    }

    @Test
    void givenVertxSurvivesTheTransport() throws Exception {
        withVertx(vertx -> {
            VertxTransport first = VertxTransport.create(vertx, new WebClientOptions());
            complete(first);
            first.close();

            server.awaitNoOpenConnections(java.time.Duration.ofSeconds(1));
            try (VertxTransport second = VertxTransport.create(vertx, new WebClientOptions())) {
                complete(second);
            }
        });
    }

    @Test
    void callOnAClosedVertxFailsAsClosed() throws Exception {
        Vertx vertx = Vertx.vertx();
        VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions());
        complete(transport);
        vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        TransportCall call = transport.start(request());

        assertThat(failure(call).kind()).isEqualTo(Kind.CLOSED);
        assertThat(call.mayHaveBeenSent()).isFalse();
        transport.close();
    }

    @Test
    void callAfterTheWebClientWasClosedFailsAsClosed() throws Exception {
        try (VertxTransport transport = VertxTransport.create()) {
            complete(transport);
            transport.webClient().close();

            assertThat(failure(transport.start(request())).kind()).isEqualTo(Kind.CLOSED);
        }
    }

    @Test
    void callInFlightEndsWithTheVertxThatTheApplicationCloses() throws Exception {
        server.answer(Script.silence());
        Vertx vertx = Vertx.vertx();
        VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions());
        TransportCall call = transport.start(request());
        server.awaitRequest();

        vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        assertThat(failure(call).kind()).isIn(Kind.LOST, Kind.CLOSED);
        transport.close();
    }

    @Test
    void callsFromOneForeignThreadAreSpreadOverTheEventLoops() throws Exception {
        withVertx(vertx -> {
            try (VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions())) {
                int loops = transport.eventLoops().size();
                Gate asked = new Gate();
                List<CompletableFuture<Thread>> threads = new ArrayList<>();

                for (int i = 0; i < loops; i++) {
                    threads.add(threadOfTheHead(transport, asked));
                }
                for (int i = 0; i < loops; i++) {
                    server.awaitRequest();
                }
                asked.open();

                assertThat(loops).isGreaterThan(1);
                assertThat(threads)
                        .extracting(thread -> thread.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .doesNotHaveDuplicates();
            }
        });
    }

    /** The pool hands out any connection; a call on another loop than its connection's pays for each chunk. */
    @Test
    void callFollowsThePooledConnectionToItsEventLoop() throws Exception {
        try (VertxTransport transport = VertxTransport.create()) {
            TransportCall onFirstLoop = unanswered(transport);
            TransportCall onSecondLoop = unanswered(transport);
            String home = threadOfTheBody(transport);
            onSecondLoop.cancel();
            failure(onSecondLoop);
            awaitTurnsOfTheEventLoops(transport, 2);

            // The second loop carries the fewest now, and the idle connection lives on the first.
            assertThat(threadOfTheBody(transport)).isEqualTo(home);
            assertThat(server.connectionCount()).isEqualTo(3);
            onFirstLoop.cancel();
        }
    }

    @Test
    void callFromAnEventLoopOfTheApplicationStaysThere() throws Exception {
        withVertx(vertx -> {
            Context mine = vertx.getOrCreateContext();
            try (VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions())) {
                for (int i = 0; i < 4; i++) {
                    CompletableFuture<Context> seen = new CompletableFuture<>();
                    mine.runOnContext(nothing -> transport
                            .start(request())
                            .response()
                            .whenComplete((response, failure) -> seen.complete(Vertx.currentContext())));

                    assertThat(seen.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(mine);
                }
            }
        });
    }

    @Test
    void threadsOfItsOwnAreDaemonsAndSayWhoseTheyAre() throws Exception {
        try (VertxTransport transport = VertxTransport.create()) {
            Gate asked = new Gate();
            CompletableFuture<Thread> seen = threadOfTheHead(transport, asked);
            asked.open();

            Thread thread = seen.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread.getName()).startsWith("neuralbox-vertx-eventloop-");
            assertThat(transport.mustNotBlock(thread)).isTrue();
        }
    }

    @Test
    void eventLoopsOfTheApplicationMustNotBlockEither() throws Exception {
        withVertx(vertx -> {
            CompletableFuture<Thread> eventLoop = new CompletableFuture<>();
            vertx.runOnContext(nothing -> eventLoop.complete(Thread.currentThread()));
            Thread worker = vertx.executeBlocking(Thread::currentThread)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            VertxTransportProvider provider = new VertxTransportProvider();

            assertThat(provider.mustNotBlock(eventLoop.get(PATIENCE_SECONDS, TimeUnit.SECONDS)))
                    .isTrue();
            assertThat(provider.mustNotBlock(worker)).isFalse();
            assertThat(provider.mustNotBlock(Thread.currentThread())).isFalse();
        });
    }

    @Test
    void verificationCannotBeSwitchedOff() throws Exception {
        withVertx(vertx -> {
            for (WebClientOptions options :
                    Set.of(new WebClientOptions().setTrustAll(true), new WebClientOptions().setVerifyHost(false))) {
                assertThatThrownBy(() -> VertxTransport.create(vertx, options))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("verification");
            }
        });
    }

    /** Where nothing can stand before the engine, the answer behind it ends with its connection. */
    @Test
    void interimResponseThatTheEngineTakesForTheAnswerLeavesNothingToTheNextCall() throws Exception {
        withVertx(vertx -> {
            try (VertxTransport transport = VertxTransport.create(vertx, new WebClientOptions())) {
                Gate asked = new Gate();
                server.answer(Script.builder()
                        .head(102)
                        .await(asked)
                        .then(Script.response(200, "not for you"))
                        .build());
                assertThat(failure(transport.start(request())).kind()).isEqualTo(Kind.PROTOCOL);
                server.awaitRequest();

                TransportCall next = transport.start(request());
                server.awaitRequest();
                asked.open();

                assertThat(text(head(next))).isEqualTo("answer");
                assertThat(server.connectionCount()).isEqualTo(2);
            }
        });
    }

    /** The codec drops all that follows a malformed head, even the final response. */
    @Test
    void interimResponseThatIsMalformedFailsTheCall() throws Exception {
        server.answer(Script.builder()
                .text("HTTP/1.1 103 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
                .text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                .hold()
                .build());
        try (VertxTransport transport = VertxTransport.create(TransportConfig.defaults())) {
            assertThat(failure(transport.start(request())).kind()).isEqualTo(Kind.PROTOCOL);
        }
    }

    /** The engine takes the first head of a proxy for its answer, and 200 alone for a yes: of the rest it waits for the end. */
    @Test
    void proxyOfTheApplicationsOptionsOpensATunnelWith200Alone() throws Exception {
        WebClientOptions options = new WebClientOptions()
                .setProxyOptions(new ProxyOptions()
                        .setType(ProxyType.HTTP)
                        .setHost("127.0.0.1")
                        .setPort(server.port()));
        withVertx(vertx -> {
            try (VertxTransport transport = VertxTransport.create(vertx, options)) {
                for (int status : new int[] {201, 102}) {
                    server.answer(Script.builder().head(status).hold().build());
                    TransportCall call =
                            transport.start(TransportRequest.builder("POST", URI.create("https://service.test/"))
                                    .connectTimeout(Duration.ofSeconds(2))
                                    .build());

                    assertThat(failure(call).kind()).isIn(Kind.PROXY, Kind.CONNECT_TIMEOUT);
                    assertThat(call.mayHaveBeenSent()).isFalse();
                }
            }
        });
    }

    /** More connections than the engine can count as it counts them. */
    @Test
    void anyNumberOfConnectionsMayBeAllowed() throws Exception {
        TransportConfig config =
                TransportConfig.builder().maxConnections(Integer.MAX_VALUE).build();
        try (VertxTransport transport = VertxTransport.create(config)) {
            complete(transport);
        }
    }

    @Test
    void idleTimeoutOfTheOptionsDoesNotEndAQuietStream() throws Exception {
        WebClientOptions options = new WebClientOptions()
                .setIdleTimeout(1)
                .setReadIdleTimeout(1)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        withVertx(vertx -> {
            try (VertxTransport transport = VertxTransport.create(vertx, options)) {
                server.answer(Script.builder().eventStream().hold().build());
                TransportResponse quiet = head(transport.start(request()));
                RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
                quiet.body().subscribe(body);

                for (int i = 0; i < 20; i++) {
                    complete(transport);
                }

                assertThat(body.isTerminated()).isFalse();
            }
        });
    }

    private void complete(VertxTransport transport) throws Exception {
        assertThat(text(head(transport.start(request())))).isEqualTo("answer");
    }

    /** What depends on a stage that has settled runs on the thread that asks, so the answer waits until it was asked. */
    private CompletableFuture<Thread> threadOfTheHead(VertxTransport transport, Gate asked) {
        server.answer(Script.builder()
                .await(asked)
                .then(Script.response(200, "answer"))
                .build());
        CompletableFuture<Thread> seen = new CompletableFuture<>();
        transport.start(request()).response().whenComplete((r, failure) -> seen.complete(Thread.currentThread()));
        return seen;
    }

    /** A call that has reached the server. */
    private TransportCall unanswered(VertxTransport transport) {
        Gate begun = new Gate();
        server.answer(Script.builder().open(begun).hold().build());
        TransportCall call = transport.start(request());
        begun.await();
        return call;
    }

    private String threadOfTheBody(VertxTransport transport) throws Exception {
        Gate subscribed = new Gate();
        server.answer(Script.builder()
                .eventStream()
                .await(subscribed)
                .chunk("answer")
                .lastChunk()
                .build());
        List<String> threads = new ArrayList<>();
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.<ByteBuffer>unbounded()
                .onItem(item -> threads.add(Thread.currentThread().getName()));
        head(transport.start(request())).body().subscribe(body);
        subscribed.open();
        body.awaitCompletion();
        assertThat(threads).hasSize(1);
        return threads.get(0);
    }

    private TransportRequest request() {
        return TransportRequest.builder("POST", server.uri("/api/v2/generate"))
                .body(new byte[] {'{', '}'})
                .build();
    }

    private static void withVertx(Use use) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            use.of(vertx);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private interface Use {
        void of(Vertx vertx) throws Exception;
    }

    @Test
    void eventLoopsEndIfTheEngineNeverCloses() throws Exception {
        VertxTransport own = VertxTransport.create();
        VertxInternal vertx = (VertxInternal) own.vertx();
        vertx.addCloseHook(completion -> {});

        own.close();

        assertThat(vertx.nettyEventLoopGroup().awaitTermination(10, TimeUnit.SECONDS))
                .isTrue();
        assertThat(vertx.acceptorEventLoopGroup().awaitTermination(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void eventLoopsEndIfTheEngineNeverClosesAndAnEventLoopClosedIt() throws Exception {
        VertxTransport own = VertxTransport.create();
        VertxInternal vertx = (VertxInternal) own.vertx();
        vertx.addCloseHook(completion -> {});

        own.eventLoops().get(0).runOnContext(nothing -> own.close());

        assertThat(vertx.nettyEventLoopGroup().awaitTermination(10, TimeUnit.SECONDS))
                .isTrue();
    }
}
