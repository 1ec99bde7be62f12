package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.vertx.Calls.PATIENCE_SECONDS;
import static top.neuralbox.transport.vertx.Calls.failure;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.subscribe;
import static top.neuralbox.transport.vertx.Calls.text;

import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** To which of a name's addresses connections are made, and how long they are used. */
class AddressesTest {

    private static final String OK = "HTTP/1.1 200 OK";
    private static final String ONCE = OK + "\r\nConnection: close";
    private static final Duration FOREVER = Duration.ofSeconds(PATIENCE_SECONDS);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicLong elapsed = new AtomicLong();

    /** What every name stands for. */
    private volatile String[] addresses = {"127.0.0.1"};

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void newConnectionLooksTheNameUpAnew() throws Exception {
        AddressServer first = server("127.0.0.1", 0, ONCE, "first");
        server("127.0.0.2", first.port(), ONCE, "second");
        VertxTransport transport = transport(TransportConfig.defaults());
        assertThat(text(head(get(transport, first.port())))).isEqualTo("first");

        addresses = new String[] {"127.0.0.2"};

        assertThat(text(head(get(transport, first.port())))).isEqualTo("second");
    }

    @Test
    void pooledConnectionServesTheNextCallOfTheSameName() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK, "answer");
        VertxTransport transport = transport(TransportConfig.defaults());

        for (int i = 0; i < 3; i++) {
            assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
        }

        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void connectionThatTheServerGivesUpServesNoOtherCallInWhateverWordsItSaysSo() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK + "\r\nConnection: X-Other, ClOsE", "answer");
        VertxTransport transport = transport(TransportConfig.defaults());

        for (int i = 0; i < 3; i++) {
            assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
        }

        assertThat(server.connections()).isEqualTo(3);
    }

    @Test
    void refusedAddressIsFollowedByTheNext() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK, "answer");
        VertxTransport transport = transport(TransportConfig.defaults());
        addresses = new String[] {"127.0.0.2", "127.0.0.3", "127.0.0.1"};

        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
    }

    @Test
    void deadAddressLeavesTimeForTheNext() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK, "answer");
        fullBacklog("127.0.0.2", server.port());
        VertxTransport transport = transport(TransportConfig.defaults());
        addresses = new String[] {"127.0.0.2", "127.0.0.1"};

        TransportCall call = transport.start(TransportRequest.builder("GET", uri(server.port()))
                .connectTimeout(Duration.ofSeconds(4))
                .build());

        assertThat(text(head(call))).isEqualTo("answer");
    }

    @Test
    void callFailsWhenAllAddressesRefuse() throws Exception {
        AddressServer gone = server("127.0.0.1", 0, OK, "answer");
        gone.close();
        VertxTransport transport = transport(TransportConfig.defaults());
        addresses = new String[] {"127.0.0.2", "127.0.0.1"};

        TransportCall call = get(transport, gone.port());

        assertThat(failure(call).kind()).isEqualTo(Kind.REFUSED);
        assertThat(call.mayHaveBeenSent()).isFalse();
    }

    @Test
    void nameWithoutAddressesIsNamed() throws Exception {
        VertxTransport transport = transport(TransportConfig.defaults());
        addresses = new String[0];

        TransportCall call = get(transport, 80);

        TransportException failure = failure(call);
        assertThat(failure.kind()).isEqualTo(Kind.DNS);
        assertThat(failure).hasMessageContaining("service.test");
    }

    @Test
    void namesAreLookedUpByDaemonsThatMayBlock() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK, "answer");
        CompletableFuture<Thread> seen = new CompletableFuture<>();
        VertxTransport transport = transport(TransportConfig.defaults(), host -> {
            seen.complete(Thread.currentThread());
            return found();
        });

        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");

        Thread thread = seen.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(transport.mustNotBlock(thread)).isFalse();
        assertThat(thread.getName()).startsWith("neuralbox-vertx-dns-");
    }

    @Test
    void lookUpThatStallsCostsItsOwnCallAlone() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK, "answer");
        Gate answered = new Gate();
        Gate asked = new Gate();
        VertxTransport transport =
                transport(TransportConfig.builder().maxConnections(1).build(), host -> {
                    if (host.equals("slow.test")) {
                        asked.open();
                        answered.await(FOREVER);
                    }
                    return found();
                });
        TransportCall stalled = transport.start(
                TransportRequest.builder("GET", uri("slow.test", server.port())).build());
        asked.await(FOREVER);
        TransportCall waiting = get(transport, server.port());

        stalled.cancel();

        assertThat(failure(stalled).kind()).isEqualTo(Kind.CANCELLED);
        assertThat(text(head(waiting))).isEqualTo("answer");
        answered.open();
    }

    @Test
    void proxyIsReachedAtItsNextAddress() throws Exception {
        AddressServer proxy = server("127.0.0.1", 0, "HTTP/1.1 502 Bad Gateway", "refused");
        // The engine looks the proxy up by itself before, so its name has to be known everywhere.
        VertxTransport transport = transport(TransportConfig.builder()
                .proxy(ProxySettings.of("localhost", proxy.port()))
                .build());
        for (String scheme : new String[] {"http", "https"}) {
            addresses = new String[] {"127.0.0.2", "127.0.0.1"};
            TransportCall call =
                    transport.start(TransportRequest.builder("GET", URI.create(scheme + "://service.test/"))
                            .build());

            if (scheme.equals("http")) {
                assertThat(head(call).status()).isEqualTo(502);
            } else {
                assertThat(failure(call)).hasMessageContaining("502");
            }
        }
    }

    @Test
    void connectionIsNotUsedBeyondFiveMinutes() throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK, "answer");
        VertxTransport transport = transport(TransportConfig.defaults());
        // Busy enough never to be idle for long.
        for (int i = 0; i < 15; i++) {
            assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
            elapsed.addAndGet(Duration.ofSeconds(20).toNanos());
        }
        assertThat(server.connections()).isEqualTo(1);
        elapsed.addAndGet(Duration.ofSeconds(1).toNanos());

        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void oldConnectionOfHttp2FinishesItsStreamsAndTakesNoMore() throws Exception {
        BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
        Http2Server server = Http2Server.start(TestCertificates.shared(), 100, asked::add);
        open.add(server);
        VertxTransport transport = transport(TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .build());
        TransportCall old = transport.start(to(server));
        HttpServerRequest streaming = next(asked);
        streaming.response().setChunked(true).write("still ");
        RecordingSubscriber<ByteBuffer> body = subscribe(head(old));
        body.awaitItems(1);
        elapsed.addAndGet(Duration.ofMinutes(5).plusSeconds(1).toNanos());

        for (int i = 0; i < 2; i++) {
            TransportCall call = transport.start(to(server));
            next(asked).response().end("new");
            assertThat(text(head(call))).isEqualTo("new");
        }

        assertThat(server.connections()).isEqualTo(2);
        streaming.response().end("here");
        assertThat(text(body.awaitCompletion())).isEqualTo("still here");
    }

    /** Our own GOAWAY names no stream of ours, and guarantees nothing about them. */
    @Test
    void callOnAConnectionThatWeLeaveMayHaveBeenSent() throws Exception {
        BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
        Http2Server server = Http2Server.start(TestCertificates.shared(), 100, asked::add);
        open.add(server);
        Forwarder network = new Forwarder(server.uri().getPort());
        open.add(network);
        URI uri = URI.create("https://localhost:" + network.port() + "/");
        VertxTransport transport = transport(TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .build());
        TransportCall waiting =
                transport.start(TransportRequest.builder("POST", uri).build());
        HttpServerRequest request = next(asked);
        CompletableFuture<GoAway> left = new CompletableFuture<>();
        request.connection().goAwayHandler(left::complete);
        elapsed.addAndGet(Duration.ofMinutes(5).plusSeconds(1).toNanos());
        TransportCall other =
                transport.start(TransportRequest.builder("POST", uri).build());
        next(asked).response().end("new");
        assertThat(text(head(other))).isEqualTo("new");
        left.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        network.reset();

        assertThat(failure(waiting).kind()).isEqualTo(Kind.LOST);
        assertThat(waiting.mayHaveBeenSent()).isTrue();
    }

    /** A network between client and server that can break all of its connections. */
    private static final class Forwarder implements AutoCloseable {

        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> clients = new CopyOnWriteArrayList<>();

        Forwarder(int port) throws IOException {
            start(() -> {
                while (true) {
                    Socket client = listener.accept();
                    clients.add(client);
                    Socket server = new Socket(InetAddress.getByName("127.0.0.1"), port);
                    start(() -> client.getInputStream().transferTo(server.getOutputStream()));
                    start(() -> server.getInputStream().transferTo(client.getOutputStream()));
                }
            });
        }

        int port() {
            return listener.getLocalPort();
        }

        void reset() throws IOException {
            for (Socket client : clients) {
                if (!client.isClosed()) {
                    client.setSoLinger(true, 0);
                    client.close();
                }
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            reset();
        }

        private static void start(Callable<?> work) {
            Thread thread = new Thread(() -> {
                try {
                    work.call();
                } catch (Exception broken) {
                    // The connection has ended.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout=5", "max=100, Timeout = 5", "timeout=5, max=1"})
    void serversWordOnIdleConnectionsIsHeededWithAMargin(String field) throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK + "\r\nKeep-Alive: " + field, "answer");
        VertxTransport transport = transport(TransportConfig.defaults());
        for (int i = 0; i < 3; i++) {
            assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
            elapsed.addAndGet(Duration.ofSeconds(3).toNanos());
        }
        assertThat(server.connections()).isEqualTo(1);
        elapsed.addAndGet(Duration.ofMillis(1_500).toNanos());

        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");

        assertThat(server.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout=3600", "timeout=99999999999999999999", "max=5", "timeout=soon", "timeout"})
    void noConnectionIsUsedAfterHalfAMinuteOfRest(String field) throws Exception {
        AddressServer server = server("127.0.0.1", 0, OK + "\r\nKeep-Alive: " + field, "answer");
        VertxTransport transport = transport(TransportConfig.defaults());
        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
        elapsed.addAndGet(Duration.ofSeconds(29).toNanos());
        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");
        assertThat(server.connections()).isEqualTo(1);
        elapsed.addAndGet(Duration.ofSeconds(31).toNanos());

        assertThat(text(head(get(transport, server.port())))).isEqualTo("answer");

        assertThat(server.connections()).isEqualTo(2);
    }

    private InetAddress[] found() throws UnknownHostException {
        String[] now = addresses;
        if (now.length == 0) {
            throw new UnknownHostException("service.test");
        }
        InetAddress[] found = new InetAddress[now.length];
        for (int i = 0; i < now.length; i++) {
            found[i] = InetAddress.getByName(now[i]);
        }
        return found;
    }

    private VertxTransport transport(TransportConfig config) {
        return transport(config, host -> found());
    }

    private VertxTransport transport(TransportConfig config, HostNames.Platform platform) {
        VertxTransport transport =
                VertxTransport.own(config, new HostNames(platform), () -> System.nanoTime() + elapsed.get());
        open.add(0, transport);
        return transport;
    }

    private AddressServer server(String address, int port, String head, String text) {
        AddressServer server = AddressServer.start(address, port, head, text);
        open.add(server);
        return server;
    }

    /** A port that neither takes a connection nor refuses one. */
    private void fullBacklog(String address, int port) throws Exception {
        ServerSocket listener = new ServerSocket(port, 1, InetAddress.getByName(address));
        open.add(listener);
        for (int i = 0; i < 64; i++) {
            Socket socket = new Socket();
            open.add(socket);
            try {
                socket.connect(listener.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException full) {
                return;
            }
        }
        throw new AssertionError("the backlog does not fill up on this kernel");
    }

    private static TransportCall get(VertxTransport transport, int port) {
        return transport.start(TransportRequest.builder("GET", uri(port))
                .connectTimeout(FOREVER)
                .build());
    }

    private static URI uri(int port) {
        return uri("service.test", port);
    }

    private static URI uri(String host, int port) {
        return URI.create("http://" + host + ":" + port + "/");
    }

    private static TransportRequest to(Http2Server server) {
        return TransportRequest.builder("GET", server.uri()).build();
    }

    private static HttpServerRequest next(BlockingQueue<HttpServerRequest> asked) throws InterruptedException {
        HttpServerRequest request = asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(request).as("request at the server").isNotNull();
        return request;
    }
}
