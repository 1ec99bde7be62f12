package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static top.neuralbox.contract.TransportFixture.PATIENCE;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CLOSED;
import static top.neuralbox.transport.TransportException.Kind.CONNECT_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.DNS;
import static top.neuralbox.transport.TransportException.Kind.PROXY;
import static top.neuralbox.transport.TransportException.Kind.REFUSED;
import static top.neuralbox.transport.TransportException.Kind.TLS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import top.neuralbox.contract.host.BlackHole;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.contract.host.TunnelProxy;
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
import top.neuralbox.transport.TransportRequest;

/**
 * Tests of {@link Transport#warmUp}: it makes connections that the next calls use, and sends no request. For transports that
 * implement it; the default does nothing.
 *
 * @since 0.1.0
 */
public interface TransportWarmUpContract extends TransportContract {

    /** Rule 14. */
    @Test
    default void nextCallUsesTheWarmConnection() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            warm(fixture, 1);

            fixture.server().awaitConnections(1);
            assertThat(fixture.server().requestCount()).isZero();
            assertThat(fixture.server().bytesReceived()).isZero();
            assertThat(text(fixture.exchange(Script.response(200, "warm")))).isEqualTo("warm");
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 14. The handshake is over, not only TCP. */
    @Test
    default void nextCallUsesTheWarmConnectionOverTls() {
        try (TransportFixture fixture = secure()) {
            warm(fixture, 1);

            assertThat(fixture.server().bytesReceived()).isZero();
            assertThat(text(fixture.exchange(Script.response(200, "warm")))).isEqualTo("warm");
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 14. A stream is held open on each connection, so that no connection serves two calls. */
    @Test
    default void asManyConnectionsAreReadyAsWereAskedFor() {
        try (TransportFixture fixture = secure()) {
            warm(fixture, 4);

            assertThat(fixture.server().connectionCount()).isEqualTo(4);
            holdsStreamsOpen(fixture, 4);
            assertThat(fixture.server().connectionCount()).isEqualTo(4);
        }
    }

    /** Rule 14. */
    @Test
    default void idleConnectionsCount() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.completeOneExchange();

            warm(fixture, 3);
            warm(fixture, 3);

            fixture.server().awaitConnections(3);
            holdsStreamsOpen(fixture, 3);
            assertThat(fixture.server().connectionCount()).isEqualTo(3);
        }
    }

    /** Rules 9 and 14. */
    @Test
    default void neverMoreConnectionsAreWarmThanAllowed() {
        TransportConfig two = TransportConfig.builder().maxConnections(2).build();
        try (TransportFixture fixture = TransportFixture.start(this, two)) {
            warm(fixture, 5);

            fixture.server().awaitConnections(2);
            holdsStreamsOpen(fixture, 2);
            assertThat(fixture.server().connectionCount()).isEqualTo(2);
        }
    }

    /** Rule 14. */
    @Test
    default void warmUpWaitsForNoConnectionInUse() {
        Gate end = new Gate();
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            RecordingSubscriber<ByteBuffer> open = subscribe(fixture.exchange(stalling(end)));
            open.awaitItems(1);

            warm(fixture, 1);

            end.open();
            open.awaitCompletion();
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 14. */
    @Test
    default void streamsUnderWayGoOnDuringAWarmUp() {
        Gate end = new Gate();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> open = subscribe(fixture.exchange(stalling(end)));
            open.awaitItems(1);

            warm(fixture, 2);

            fixture.server().awaitConnections(3);
            end.open();
            assertThat(text(open.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
            assertThat(fixture.server().connectionCount()).isEqualTo(3);
        }
    }

    /** Rule 14. The name is looked up, as for a call. */
    @Test
    default void hostIsLookedUp() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            URI byName = URI.create("http://localhost:" + fixture.server().port() + "/api/v2/generate");
            ready(fixture.transport().warmUp(byName, 1, PATIENCE));

            fixture.server().answer(Script.response(200, "by name"));
            TransportCall call = fixture.transport()
                    .start(TransportRequest.builder("POST", byName).build());

            assertThat(text(head(call))).isEqualTo("by name");
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
        }
    }

    /** Rule 14. */
    @Test
    default void connectionThatTheServerClosedServesNoCall() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            URI gone;
            try (ScriptedServer other = ScriptedServer.start()) {
                gone = other.uri("/");
                ready(fixture.transport().warmUp(gone, 1, PATIENCE));
            }

            TransportCall call = fixture.transport()
                    .start(TransportRequest.builder("GET", gone).build());

            assertKind(TransportFixture.failure(call), REFUSED, TransportException.Kind.LOST);
            assertThat(text(fixture.exchange(Script.response(200, "elsewhere"))))
                    .isEqualTo("elsewhere");
        }
    }

    /** Rule 14. The proxy opens a tunnel, and the service sees a handshake and no request. */
    @Test
    default void tunnelThroughAProxyIsOpened() {
        try (TunnelProxy proxy = TunnelProxy.open();
                TransportFixture fixture = secureBehind(proxy.settings())) {
            warm(fixture, 1);

            assertThat(fixture.server().requestCount()).isZero();
            assertThat(fixture.server().connectionCount()).isEqualTo(1);
            assertThat(text(fixture.exchange(Script.response(200, "through the tunnel"))))
                    .isEqualTo("through the tunnel");
            assertThat(proxy.heads()).hasSize(1);
        }
    }

    /** Rule 14. Without TLS there is no tunnel, so the proxy gets a connection and nothing on it. */
    @Test
    default void proxyOfClearTextGetsAConnectionAlone() {
        try (ScriptedServer proxy = ScriptedServer.start();
                Transport transport = transport(TransportConfig.builder()
                        .proxy(ProxySettings.of("127.0.0.1", proxy.port()))
                        .build())) {
            URI uri = URI.create("http://service.invalid/api/v2/generate");
            ready(transport.warmUp(uri, 1, PATIENCE));
            assertThat(proxy.bytesReceived()).isZero();

            proxy.answer(Script.response(200, "forwarded"));
            TransportCall call =
                    transport.start(TransportRequest.builder("POST", uri).build());

            assertThat(text(head(call))).isEqualTo("forwarded");
            assertThat(proxy.connectionCount()).isEqualTo(1);
        }
    }

    /** Rules 13 and 14. */
    @Test
    default void proxyThatRefusesTheTunnelIsNamed() {
        try (ScriptedServer proxy = ScriptedServer.start();
                Transport transport = transport(TransportConfig.builder()
                        .proxy(ProxySettings.of("127.0.0.1", proxy.port()))
                        .build())) {
            proxy.answerAlways(Script.response(403, "no"));

            TransportException failure = failure(transport.warmUp(URI.create("https://service.invalid/"), 2, PATIENCE));

            assertKind(failure, PROXY);
            assertThat(failure).hasMessage("the proxy 127.0.0.1:" + proxy.port() + " answered with status 403");
        }
    }

    /** Rules 13 and 14. */
    @Test
    default void hostThatRefusesIsNamedAndHarmsNothing() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportException failure =
                    failure(fixture.transport().warmUp(URI.create("http://127.0.0.1:" + port + "/"), 3, PATIENCE));

            assertKind(failure, REFUSED);
            assertThat(failure).hasMessage("127.0.0.1:" + port + " refused the connection");
            assertThat(text(fixture.exchange(Script.response(200, "unharmed")))).isEqualTo("unharmed");
        }
    }

    /** Rules 13 and 14. */
    @Test
    default void nameThatDoesNotResolveIsNamed() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportException failure =
                    failure(fixture.transport().warmUp(URI.create("https://service.invalid/"), 2, PATIENCE));

            assertKind(failure, DNS);
        }
    }

    /** Rules 13 and 14. */
    @Test
    default void untrustedServerIsRefused() {
        try (TransportFixture fixture = TransportFixture.start(
                this,
                TransportConfig.defaults(),
                ScriptedServer.startTls(TestCertificates.shared().server()))) {
            assertKind(failure(start(fixture, 2)), TLS);

            fixture.server().awaitNoOpenConnections(PATIENCE);
        }
    }

    /** Rules 9 and 14. */
    @Test
    default void handshakeThatStallsTimesOutAndLeavesNoConnection() {
        try (ScriptedServer silent = ScriptedServer.startSilent();
                TransportFixture fixture = TransportFixture.start(this)) {
            CompletableFuture<Void> warming = fixture.transport().warmUp(silent.uri("/"), 2, Duration.ofMillis(300));

            assertKind(failure(warming), CONNECT_TIMEOUT);
            silent.awaitNoOpenConnections(PATIENCE);
        }
    }

    /** Rules 9 and 14. */
    @Test
    default void connectTimeoutEndsAWarmUp() {
        try (BlackHole hole = BlackHole.open();
                TransportFixture fixture = TransportFixture.start(this)) {
            CompletableFuture<Void> warming = fixture.transport().warmUp(hole.uri("http"), 2, Duration.ofMillis(300));

            assertKind(failure(warming), CONNECT_TIMEOUT);
        }
    }

    /** Rules 4 and 14. */
    @Test
    default void cancelEndsAWarmUp() {
        try (ScriptedServer silent = ScriptedServer.startSilent();
                TransportFixture fixture = TransportFixture.start(this)) {
            CompletableFuture<Void> warming = fixture.transport().warmUp(silent.uri("/"), 2, PATIENCE);
            silent.awaitConnections(1);

            warming.cancel(false);

            silent.awaitNoOpenConnections(PROMPTLY);
            assertThat(text(fixture.exchange(Script.response(200, "unharmed")))).isEqualTo("unharmed");
        }
    }

    /** Rules 10 and 14. */
    @Test
    default void closeEndsAWarmUp() {
        try (ScriptedServer silent = ScriptedServer.startSilent();
                TransportFixture fixture = TransportFixture.start(this)) {
            CompletableFuture<Void> warming = fixture.transport().warmUp(silent.uri("/"), 2, PATIENCE);
            silent.awaitConnections(1);

            fixture.transport().close();

            assertKind(failure(warming), CLOSED);
            silent.awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rules 10 and 14. */
    @Test
    default void closeClosesWarmConnections() {
        Set<Thread> before = ClientThreads.living();
        try (TransportFixture fixture = secure()) {
            warm(fixture, 2);

            fixture.transport().close();

            fixture.server().awaitNoOpenConnections(PROMPTLY);
            Set<Thread> left = ClientThreads.living();
            left.removeAll(before);
            ClientThreads.awaitEnd(left, PATIENCE);
        }
    }

    /** Rules 1 and 14. */
    @Test
    default void warmUpAfterCloseFailsThroughItsFuture() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.transport().close();

            assertKind(failure(start(fixture, 1)), CLOSED);
            assertThat(fixture.server().connectionCount()).isZero();
        }
    }

    /** Rules 1 and 14. */
    @Test
    default void argumentsOfAWarmUpAreChecked() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            URI uri = fixture.server().uri("/");
            Transport transport = fixture.transport();
            assertThatThrownBy(() -> transport.warmUp(uri, 0, PATIENCE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("connections must be at least 1: 0");
            assertThatThrownBy(() -> transport.warmUp(uri, 1, Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> transport.warmUp(URI.create("ftp://127.0.0.1/"), 1, PATIENCE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private TransportFixture secure() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .build();
        return TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()));
    }

    private TransportFixture secureBehind(ProxySettings proxy) {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .proxy(proxy)
                .build();
        return TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()));
    }

    private static CompletableFuture<Void> start(TransportFixture fixture, int connections) {
        return fixture.transport().warmUp(fixture.server().uri("/api/v2/generate"), connections, PATIENCE);
    }

    private static void warm(TransportFixture fixture, int connections) {
        ready(start(fixture, connections));
    }

    /** Waits for the end of a warm-up. */
    static void ready(CompletableFuture<Void> warming) {
        try {
            var unused = warming.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            fail("the warm-up failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            fail("the warm-up did not end within " + PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("interrupted");
        }
    }

    private static TransportException failure(CompletableFuture<Void> warming) {
        try {
            var unused = warming.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            return fail("the warm-up did not fail");
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TransportException.class);
            return (TransportException) Objects.requireNonNull(e.getCause());
        } catch (TimeoutException e) {
            return fail("the warm-up did not end within " + PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    private static void holdsStreamsOpen(TransportFixture fixture, int streams) {
        Gate end = new Gate();
        fixture.server().answerAlways(stalling(end));
        List<RecordingSubscriber<ByteBuffer>> bodies = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            RecordingSubscriber<ByteBuffer> body = subscribe(head(fixture.start()));
            body.awaitItems(1);
            bodies.add(body);
        }
        end.open();
        bodies.forEach(body -> assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n"));
    }

    private static Script stalling(Gate end) {
        return Script.builder()
                .eventStream()
                .chunk("data: 1\n\n")
                .await(end)
                .chunk("data: 2\n\n")
                .lastChunk()
                .build();
    }
}
