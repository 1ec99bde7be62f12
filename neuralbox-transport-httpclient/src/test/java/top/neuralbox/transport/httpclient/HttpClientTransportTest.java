package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static top.neuralbox.transport.httpclient.Calls.failure;
import static top.neuralbox.transport.httpclient.Calls.head;
import static top.neuralbox.transport.httpclient.Calls.post;
import static top.neuralbox.transport.httpclient.Calls.subscribe;
import static top.neuralbox.transport.httpclient.Calls.text;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChainHandler;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.contract.host.TunnelProxy;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportResponse;

/** What this transport promises beyond the contract of the SPI. */
class HttpClientTransportTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    @Test
    void customizersInterceptorSeesEachRequest() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.builder()
                        .customize(builder -> builder.addRequestInterceptorFirst(
                                (request, entity, context) -> request.addHeader("X-Trace", "seen")))
                        .build()) {
            server.answer(Script.response(200, ""));

            text(head(transport.start(post(server.uri("/")).build())));

            assertThat(server.awaitRequest().header("X-Trace")).isEqualTo("seen");
        }
    }

    @Test
    void customizersRetriesDoNotTakeEffect() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.builder()
                        .customize(builder -> builder.setRetryStrategy(
                                new DefaultHttpRequestRetryStrategy(3, TimeValue.ZERO_MILLISECONDS)))
                        .build()) {
            server.answerAlways(Script.response(503, "no"));

            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("no");

            assertThat(server.requestCount()).isEqualTo(1);
        }
    }

    @Test
    void interruptThatWasThereBeforeHarmsNoCallAndStays() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create(TransportConfig.defaults())) {
            server.answer(Script.response(200, "answer"));
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
            Thread.currentThread().interrupt();

            TransportCall call = transport.start(post(uri).build());

            assertThat(Thread.interrupted()).isTrue();
            assertThat(text(head(call))).isEqualTo("answer");
        }
    }

    @Test
    void pathOutsideAsciiIsWrittenInPercentEncoding() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create(TransportConfig.defaults())) {
            server.answer(Script.response(200, ""));

            head(transport.start(post(URI.create(server.uri("/") + "шлюз/api")).build()));

            assertThat(server.awaitRequest().target()).isEqualTo("/%D1%88%D0%BB%D1%8E%D0%B7/api");
        }
    }

    /** The engine would connect to the proxy once more, and write the request to it without a tunnel and without TLS. */
    @Test
    void tunnelThatClosesAfterItWasLeasedIsReplacedByNoClearText() {
        AtomicInteger calls = new AtomicInteger();
        ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server());
        server.answerAlways(Script.response(200, "answer"));
        try (TunnelProxy proxy = TunnelProxy.open();
                HttpClientTransport transport = HttpClientTransport.builder()
                        .config(TransportConfig.builder()
                                .trustManager(CERTIFICATES.trustManager())
                                .proxy(proxy.settings())
                                .build())
                        .customize(builder -> builder.addExecInterceptorAfter(
                                ChainElement.CONNECT.name(), "close", (request, entity, scope, chain, callback) -> {
                                    if (calls.incrementAndGet() == 2) {
                                        server.close();
                                        await(() -> !scope.execRuntime.isEndpointConnected());
                                    }
                                    chain.proceed(request, entity, scope, callback);
                                }))
                        .build()) {
            URI uri = server.uri("/");
            assertThat(text(head(transport.start(post(uri).build())))).isEqualTo("answer");

            TransportCall call = transport.start(post(uri).build());

            TransportException failure = failure(call);
            assertThat(proxy.heads()).allSatisfy(head -> assertThat(head).startsWith("CONNECT"));
            assertThat(failure.kind()).isEqualTo(TransportException.Kind.LOST);
            assertThat(call.mayHaveBeenSent()).isFalse();
        } finally {
            server.close();
        }
    }

    /** The application's own retry must not make the client send once more. */
    @Test
    void interceptorThatProceedsTwiceMayHaveSentTheRequest() {
        ScriptedServer server = ScriptedServer.start();
        server.answerAlways(Script.response(503, "busy"));
        try (HttpClientTransport transport = HttpClientTransport.builder()
                .customize(builder -> builder.addExecInterceptorAfter(
                        ChainElement.CONNECT.name(), "again", (request, entity, scope, chain, callback) -> {
                            chain.proceed(request, entity, scope, callback);
                            chain.proceed(request, entity, scope, callback);
                        }))
                .build()) {
            TransportCall call = transport.start(post(server.uri("/")).build());

            var unused = call.response()
                    .handle((head, error) -> null)
                    .toCompletableFuture()
                    .join();

            assertThat(call.mayHaveBeenSent()).isTrue();
        } finally {
            server.close();
        }
    }

    /** For example a circuit breaker, or a cache. */
    @Test
    void interceptorMayAnswerByItself() {
        assertAnswersByItself(TransportConfig.defaults());
    }

    @Test
    void interceptorMayAnswerByItselfInPlaceOfAProxy() {
        assertAnswersByItself(TransportConfig.builder()
                .proxy(ProxySettings.of("localhost", 1))
                .build());
    }

    @Test
    @Logs("when it was told of the end of a response")
    void warmUpFailsIfAnInterceptorThrowsAtItsEnd() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.builder()
                        .customize(builder -> builder.addExecInterceptorFirst(
                                "foreign",
                                (request, entity, scope, chain, callback) ->
                                        chain.proceed(request, entity, scope, new PassesOn(callback) {
                                            @Override
                                            public void completed() {
                                                throw new IllegalStateException("thrown by a test");
                                            }
                                        })))
                        .build()) {
            assertThat(transport.warmUp(server.uri("/"), 1, Duration.ofSeconds(5)))
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(TransportException.class);
        }
    }

    @Test
    void interceptorMayAnswerByItselfIfTheProxyCannotBeReached() {
        assertAnswersBusy(
                TransportConfig.builder()
                        .proxy(ProxySettings.of("localhost", 1))
                        .build(),
                (request, entity, scope, chain, callback) ->
                        chain.proceed(request, entity, scope, new PassesOn(callback) {
                            @Override
                            public void failed(Exception cause) {
                                try {
                                    answerBusy(callback);
                                } catch (HttpException | IOException e) {
                                    throw new AssertionError(e);
                                }
                            }
                        }));
    }

    /** The callback of an interceptor that changes nothing. */
    private static class PassesOn implements AsyncExecCallback {

        private final AsyncExecCallback callback;

        PassesOn(AsyncExecCallback callback) {
            this.callback = callback;
        }

        @Override
        public AsyncDataConsumer handleResponse(HttpResponse response, EntityDetails content)
                throws HttpException, IOException {
            return callback.handleResponse(response, content);
        }

        @Override
        public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
            callback.handleInformationResponse(response);
        }

        @Override
        public void completed() {
            callback.completed();
        }

        @Override
        public void failed(Exception cause) {
            callback.failed(cause);
        }
    }

    private static void answerBusy(AsyncExecCallback callback) throws HttpException, IOException {
        AsyncDataConsumer consumer =
                callback.handleResponse(new BasicHttpResponse(503), new BasicEntityDetails(4, ContentType.TEXT_PLAIN));
        consumer.consume(ByteBuffer.wrap("busy".getBytes(StandardCharsets.US_ASCII)));
        consumer.streamEnd(null);
        callback.completed();
    }

    private static void assertAnswersByItself(TransportConfig config) {
        assertAnswersBusy(config, (request, entity, scope, chain, callback) -> answerBusy(callback));
    }

    private static void assertAnswersBusy(TransportConfig config, AsyncExecChainHandler interceptor) {
        try (HttpClientTransport transport = HttpClientTransport.builder()
                .config(config)
                .customize(builder ->
                        builder.addExecInterceptorAfter(ChainElement.PROTOCOL.name(), "breaker", interceptor))
                .build()) {
            TransportCall call =
                    transport.start(post(URI.create("http://localhost:1/")).build());

            TransportResponse response = head(call);
            assertThat(response.status()).isEqualTo(503);
            assertThat(text(response)).isEqualTo("busy");
        }
    }

    /** In clear text, the first request is written before the engine has reported any read. */
    @Test
    void interimResponsesAreCountedOnAFreshConnectionInClearTextToo() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.builder()
                    .text("HTTP/1.1 100 Continue\r\n\r\n".repeat(33))
                    .then(Script.response(200, "answer"))
                    .build());

            assertThat(failure(transport.start(post(server.uri("/")).build())).kind())
                    .isEqualTo(TransportException.Kind.PROTOCOL);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Each of the idle connections is given back within the turn of the connection that the callback is on. */
    @Test
    void warmUpFromACallbackWithIdleConnectionsIsReady() throws Exception {
        Gate gate = new Gate();
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create(TransportConfig.defaults())) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
            server.answerAlways(Script.builder()
                    .head(200, "Content-Length: 2")
                    .text("o")
                    .await(gate)
                    .text("k")
                    .build());
            List<RecordingSubscriber<ByteBuffer>> bodies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                bodies.add(subscribe(head(transport.start(post(uri).build()))));
            }
            gate.open();
            bodies.forEach(RecordingSubscriber::awaitCompletion);
            CompletableFuture<CompletableFuture<Void>> warming = new CompletableFuture<>();
            var unused = transport
                    .start(post(uri).build())
                    .response()
                    .thenAccept(head -> head.body().subscribe(new Flow.Subscriber<>() {
                        @Override
                        public void onSubscribe(Flow.Subscription subscription) {
                            subscription.request(Long.MAX_VALUE);
                        }

                        @Override
                        public void onNext(ByteBuffer bytes) {
                            warming.complete(transport.warmUp(uri, 2, Duration.ofSeconds(5)));
                        }

                        @Override
                        public void onError(Throwable failure) {
                            warming.completeExceptionally(failure);
                        }

                        @Override
                        public void onComplete() {}
                    }));

            assertThat(warming.get(20, TimeUnit.SECONDS)
                            .handle((ready, failure) -> failure == null ? "ready" : "failed")
                            .get(20, TimeUnit.SECONDS))
                    .isEqualTo("ready");
        }
    }

    @Test
    void customizersProxySelectorDoesNotTakeEffect() {
        try (ScriptedServer server = ScriptedServer.start();
                ScriptedServer proxy = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.builder()
                        .customize(builder -> builder.setProxySelector(
                                ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port()))))
                        .build()) {
            server.answer(Script.response(200, "direct"));

            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("direct");
        }
    }

    @Test
    void customizerThatReturnsNoBuilderIsRefused() {
        HttpClientTransport.Builder builder = HttpClientTransport.builder().customize(engine -> null);

        assertThatNullPointerException().isThrownBy(builder::build);
    }

    /** However much of the engine's buffer the head of a chunk takes, the socket is read on. */
    @ParameterizedTest
    @ValueSource(ints = {2_000, 2_040, 2_100, 3_000, 4_080, 4_096, 6_000})
    void chunksWithLongHeadsAreRead(int headLength) {
        String chunk = "1;x=" + "e".repeat(headLength) + "\r\nc\r\n";
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.builder()
                    .eventStream()
                    .text(chunk.repeat(50))
                    .lastChunk()
                    .build());

            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("c".repeat(50));
        }
    }

    @Test
    void engineAddsNoUserAgentOfItsOwn() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.response(200, ""));

            text(head(transport.start(post(server.uri("/")).build())));

            assertThat(server.awaitRequest().headers()).doesNotContainKey("User-Agent");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "Connection", "Upgrade"})
    void headersThatFrameTheMessageAreRefused(String name) {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> transport.start(
                            post(server.uri("/")).header(name, "1").build()))
                    .withMessageContaining(name);
        }
    }

    @Test
    void aNameIsResolvedWithoutTheCallersThread() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.response(200, "by name"));

            assertThat(text(head(transport.start(post(URI.create("http://localhost:" + server.port() + "/"))
                            .build()))))
                    .isEqualTo("by name");
        }
    }

    @Test
    void signalsComeOnDaemonThreadsOnWhichNobodyMayBlock() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            CompletableFuture<Thread> signalled = new CompletableFuture<>();
            // What depends on a stage that has settled runs on the thread that asks, so the answer waits for that.
            Gate asked = new Gate();
            server.answer(Script.builder()
                    .await(asked)
                    .then(Script.response(200, "content"))
                    .build());

            transport.start(post(server.uri("/")).build()).response().thenAccept(response -> {
                signalled.complete(Thread.currentThread());
                subscribe(response);
            });
            asked.open();

            Thread thread = signalled.orTimeout(20, TimeUnit.SECONDS).join();
            assertThat(thread.getName()).startsWith("neuralbox-httpclient-");
            assertThat(thread.isDaemon()).isTrue();
            assertThat(transport.mustNotBlock(thread)).isTrue();
            assertThat(transport.mustNotBlock(Thread.currentThread())).isFalse();
        }
    }

    @Test
    void ioThreadOfAnApplicationsOwnClientMustNotBlockEither() throws Exception {
        try (ScriptedServer server = ScriptedServer.start();
                CloseableHttpAsyncClient client = HttpAsyncClients.createDefault()) {
            client.start();
            server.answer(Script.response(200, "content"));
            SimpleHttpRequest request =
                    SimpleRequestBuilder.get(server.uri("/")).build();
            CompletableFuture<Thread> signalled = new CompletableFuture<>();
            client.execute(request, new FutureCallback<SimpleHttpResponse>() {
                @Override
                public void completed(SimpleHttpResponse response) {
                    signalled.complete(Thread.currentThread());
                }

                @Override
                public void failed(Exception failure) {
                    signalled.completeExceptionally(failure);
                }

                @Override
                public void cancelled() {
                    signalled.cancel(false);
                }
            });

            Thread thread = signalled.orTimeout(20, TimeUnit.SECONDS).join();

            assertThat(new HttpClientTransportProvider().mustNotBlock(thread)).isTrue();
        }
    }

    @Test
    void twoTransportsDoNotShareTheirEngine() {
        try (ScriptedServer server = ScriptedServer.start();
                Transport first = HttpClientTransport.create();
                Transport second = HttpClientTransport.create()) {
            server.answer(Script.response(200, "still here"));

            first.close();

            assertThat(text(head(second.start(post(server.uri("/")).build())))).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 413})
    void answerBeforeTheRequestIsWholeIsDeliveredAndEndsItsConnection(int status) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
                HttpClientTransport transport = HttpClientTransport.create()) {
            URI uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
            Gate read = new Gate();
            CompletableFuture<Void> server =
                    CompletableFuture.runAsync(() -> answerEarlyAndAwaitTheClose(listener, status, read));

            TransportResponse response = head(
                    transport.start(post(uri).body(new byte[64 * 1024 * 1024]).build()));

            assertThat(response.status()).isEqualTo(status);
            assertThat(text(response)).isEqualTo("enough");
            read.open();
            assertThat(server).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    /** The bound that docs/transports.md names, as one field and as many. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 3_000})
    void headUpToTheBoundIsRead(int fields) {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            for (int i = 0; i < 2; i++) {
                server.answer(Script.builder()
                        .text(headOf(Engine.MAX_HEAD, fields))
                        .text("content")
                        .build());

                TransportResponse response =
                        head(transport.start(post(server.uri("/")).build()));

                assertThat(response.headers()).containsKey("X-1");
                assertThat(text(response)).isEqualTo("content");
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 3_000})
    void headBeyondTheBoundIsRefusedByItsName(int fields) {
        for (int length : new int[] {Engine.MAX_HEAD + 1, 2 * Engine.MAX_HEAD}) {
            try (ScriptedServer server = ScriptedServer.start();
                    HttpClientTransport transport = HttpClientTransport.create()) {
                server.answer(
                        Script.builder().text(headOf(length, fields)).hold().build());

                TransportException failure =
                        failure(transport.start(post(server.uri("/")).build()));

                assertThat(failure.kind()).isEqualTo(TransportException.Kind.PROTOCOL);
                assertThat(failure).hasMessageContaining("64 KiB");
            }
        }
    }

    @Test
    void thirtyTwoInterimResponsesArePassedOver() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            String interim = "HTTP/1.1 102 \r\n\r\n";
            server.answer(Script.builder()
                    .text(interim.repeat(32))
                    .then(Script.response(200, "content"))
                    .build());
            server.answer(Script.builder().text(interim.repeat(33)).hold().build());

            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("content");
            assertThat(failure(transport.start(post(server.uri("/")).build())).kind())
                    .isEqualTo(TransportException.Kind.PROTOCOL);
        }
    }

    @Test
    void interimResponsesWithoutEndAreRefused() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.builder()
                    .repeatForever("HTTP/1.1 100 \r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                    .build());

            assertThat(failure(transport.start(post(server.uri("/")).build())).kind())
                    .isEqualTo(TransportException.Kind.PROTOCOL);
        }
    }

    @Test
    void trailerSectionWithoutEndIsRefusedAfterTheContent() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.builder()
                    .eventStream()
                    .text("7\r\ncontent\r\n0\r\n")
                    .repeatForever("X-More: and more\r\n".getBytes(StandardCharsets.US_ASCII))
                    .build());

            RecordingSubscriber<ByteBuffer> body =
                    subscribe(head(transport.start(post(server.uri("/")).build())));

            assertThat(body.awaitError())
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(TransportException.Kind.PROTOCOL));
            assertThat(text(body.items())).isEqualTo("content");
        }
    }

    @Test
    void trailerFieldThatIsMalformedIsAProtocolErrorAfterTheContent() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            server.answer(Script.builder()
                    .text("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\n0\r\nno field\r\n\r\n")
                    .hold()
                    .build());

            RecordingSubscriber<ByteBuffer> body =
                    subscribe(head(transport.start(post(server.uri("/")).build())));

            assertThat(body.awaitError())
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(TransportException.Kind.PROTOCOL));
            assertThat(text(body.items())).isEqualTo("content");
        }
    }

    /** Wherever the chunks and trailer fields are cut, and whatever the reader takes at a time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 11, 4_096})
    void oddButLegalChunksAreRead(int piece) {
        String odd = "0000000000000000000001;a=\"b\" ; c\r\nx\r\n" + "1 \r\ny\r\n" + "1\r\nz\r\n";
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.create()) {
            for (int i = 0; i < 2; i++) {
                server.answer(Script.builder()
                        .splitEvery(piece)
                        .text("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n" + odd.repeat(20)
                                + "0;last\r\nX-1: 1\r\nX-2: 2\r\n\r\n")
                        .build());

                assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                        .isEqualTo("xyz".repeat(20));
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    /** What lies behind a response is nobody's, and the next call gets a connection of its own or this one's answer. */
    @Test
    void garbageBehindAResponseReachesNoOtherCall() {
        try (ScriptedServer server = ScriptedServer.start();
                HttpClientTransport transport = HttpClientTransport.builder()
                        .config(TransportConfig.builder().maxConnections(1).build())
                        .build()) {
            for (int i = 0; i < 20; i++) {
                server.answer(Script.builder()
                        .text(
                                "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nfirstHTTP/1.1 200 \r\nContent-Length: 6\r\n\r\nforged")
                        .build());
                server.answerAlways(Script.response(200, "second"));
                TransportCall first = transport.start(post(server.uri("/")).build());
                TransportCall second = transport.start(post(server.uri("/")).build());

                assertThat(text(head(first))).isEqualTo("first");
                Throwable failure = second.response()
                        .<@Nullable Throwable>handle((head, error) -> error)
                        .toCompletableFuture()
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join();
                if (failure == null) {
                    assertThat(text(head(second))).isEqualTo("second");
                } else {
                    assertThat(second.mayHaveBeenSent()).as(failure.toString()).isFalse();
                }
            }
        }
    }

    /** A gateway that restarts, for one: nothing was sent, and another try may help. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionThatEndsWithoutAnAnswerIsNoFailedHandshake(boolean afterTheHandshake) throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        try (ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                HttpClientTransport transport = HttpClientTransport.builder()
                        .config(TransportConfig.builder()
                                .trustManager(certificates.trustManager())
                                .build())
                        .build()) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
                try (Socket socket = listener.accept()) {
                    if (afterTheHandshake) {
                        SSLSocket secure = (SSLSocket)
                                certificates.server().getSocketFactory().createSocket(socket, null, true);
                        secure.setUseClientMode(false);
                        secure.startHandshake();
                    } else {
                        // All of the greeting, or the close would be a reset.
                        byte[] record = socket.getInputStream().readNBytes(5);
                        socket.getInputStream().readNBytes((record[3] & 0xff) << 8 | record[4] & 0xff);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            TransportCall call = transport.start(post(URI.create("https://127.0.0.1:" + listener.getLocalPort()))
                    .build());

            assertThat(failure(call).kind()).isEqualTo(TransportException.Kind.LOST);
            assertThat(afterTheHandshake || !call.mayHaveBeenSent()).isTrue();
            assertThat(server).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 \r\n\r\n",
                "HTTP/1.1 201 Created\r\n\r\n",
                "HTTP/1.1 204 \r\n\r\n",
                "HTTP/1.1 299 \r\nX: 299\r\n\r\n",
                "HTTP/1.1 202 \r\nContent-Length: 10\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\n\r\n",
                "HTTP/1.1 103 201\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\n\r\n"
            })
    void proxyOpensTheTunnelWithAnySuccess(String answer) throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        try (ScriptedServer server = ScriptedServer.startTls(certificates.server());
                ServerSocket proxy = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                HttpClientTransport transport = HttpClientTransport.builder()
                        .config(TransportConfig.builder()
                                .trustManager(certificates.trustManager())
                                .proxy(ProxySettings.of("127.0.0.1", proxy.getLocalPort()))
                                .build())
                        .build()) {
            server.answerAlways(Script.response(200, "through"));
            CompletableFuture<Void> tunnel = onThread(() -> openTunnel(proxy, server.port(), answer));

            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("through");
            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("through");
            transport.close();
            assertThat(tunnel).succeedsWithin(Duration.ofSeconds(20));
        }
    }

    private static void openTunnel(ServerSocket proxy, int port, String answer) {
        try (Socket client = proxy.accept()) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) client.getInputStream().read());
            }
            try (Socket server = new Socket("127.0.0.1", port)) {
                // One byte at a time: the status may be cut anywhere.
                for (byte next : answer.getBytes(StandardCharsets.US_ASCII)) {
                    client.getOutputStream().write(next);
                }
                CompletableFuture<Void> back = onThread(() -> pump(server, client));
                pump(client, server);
                back.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not on the common pool, which on a machine of two cores has one thread (JDK 25). */
    private static CompletableFuture<Void> onThread(Runnable task) {
        return CompletableFuture.runAsync(task, work -> {
            Thread thread = new Thread(work, "proxy");
            thread.setDaemon(true);
            thread.start();
        });
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException closed) {
            // One side closed, and the tunnel ends.
        }
    }

    /** A head of so many bytes, with so many fields beside the length of the content. */
    private static String headOf(int length, int fields) {
        String begin = "HTTP/1.1 200 \r\nContent-Length: 7\r\n";
        String end = "\r\n";
        int left = length - begin.length() - end.length();
        StringBuilder head = new StringBuilder(begin);
        for (int i = 1; i <= fields; i++) {
            int line = i == fields ? left : left / (fields - i + 1);
            String name = "X-" + i + ": ";
            head.append(name).append("v".repeat(line - name.length() - 2)).append("\r\n");
            left -= line;
        }
        return head.append(end).toString();
    }

    /** Takes the first bytes only until the answer was read, so that the request cannot be written whole before it. */
    private static void answerEarlyAndAwaitTheClose(ServerSocket listener, int status, Gate read) {
        try (Socket socket = listener.accept()) {
            socket.getInputStream().readNBytes(16);
            socket.getOutputStream()
                    .write(("HTTP/1.1 " + status + " \r\nContent-Length: 6\r\n\r\nenough")
                            .getBytes(StandardCharsets.US_ASCII));
            read.await();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketException reset) {
            // A close with bytes unwritten is a reset.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
