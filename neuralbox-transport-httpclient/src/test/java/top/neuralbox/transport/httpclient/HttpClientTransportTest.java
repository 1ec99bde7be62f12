package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportResponse;

/** What this transport promises beyond the contract of the SPI. */
class HttpClientTransportTest {

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
