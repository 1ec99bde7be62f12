package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CONNECT_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.DNS;
import static top.neuralbox.transport.TransportException.Kind.LOST;
import static top.neuralbox.transport.TransportException.Kind.POOL_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.REFUSED;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import top.neuralbox.contract.host.BlackHole;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests that a call without a connection reports the reason, and that nothing was sent.
 *
 * @since 0.1.0
 */
public interface TransportConnectContract extends TransportContract {

    /** Far above the connect timeouts of these tests, because an engine may start cold, and far below the default of 10 s. */
    Duration IN_TIME = Duration.ofSeconds(5);

    /** Rules 1 and 3. */
    @Test
    default void refusedPortIsToldAsRefused() throws IOException {
        try (TransportFixture fixture = TransportFixture.start(this);
                Socket boundButNotListening = new Socket()) {
            boundButNotListening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            neverSent(fixture, "http://127.0.0.1:" + boundButNotListening.getLocalPort(), REFUSED);
        }
    }

    /** Rules 1 and 3. */
    @Test
    default void unknownHostIsToldAsSuch() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            neverSent(fixture, "http://no-such-host.invalid", DNS);
        }
    }

    /** Rule 9. */
    @Test
    default void connectTimeoutEndsACallThatFindsNoConnection() {
        try (TransportFixture fixture = TransportFixture.start(this);
                BlackHole hole = BlackHole.open()) {
            neverSent(fixture, hole.uri("http").toString(), CONNECT_TIMEOUT);
        }
    }

    /** Rule 9. */
    @Test
    default void connectTimeoutEndsAStalledHandshake() {
        try (TransportFixture fixture = TransportFixture.start(this);
                ScriptedServer silent = ScriptedServer.startSilent()) {
            neverSent(fixture, silent.uri().toString(), CONNECT_TIMEOUT);
            silent.awaitNoOpenConnections(TransportFixture.PATIENCE);
        }
    }

    /** Rule 9. */
    @Test
    default void connectTimeoutEndsACallThatWaitsForThePool() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            TransportCall first = fixture.start(Script.silence());
            fixture.server().awaitRequest();

            neverSent(fixture, fixture.server().uri().toString(), POOL_TIMEOUT);

            assertThat(fixture.server().requestCount()).isEqualTo(1);
            first.cancel();
            assertThat(text(fixture.exchange(Script.response(200, "room")))).isEqualTo("room");
            assertThat(fixture.server().requestCount()).isEqualTo(2);
        }
    }

    /** Rule 9. The clock is a second call, whose longer connect timeout passes meanwhile. */
    @Test
    default void noTimerRunsOnceTheRequestIsSent() {
        try (TransportFixture fixture = TransportFixture.start(this);
                BlackHole hole = BlackHole.open()) {
            // The first exchange of an engine is slow, and could exceed the connect timeout before the request is sent.
            fixture.completeOneExchange();
            fixture.server().answer(Script.silence());
            TransportCall sent = fixture.transport()
                    .start(fixture.post().connectTimeout(Duration.ofMillis(500)).build());
            fixture.server().awaitRequest();

            TransportCall clock = fixture.transport()
                    .start(TransportRequest.builder("POST", hole.uri("http"))
                            .connectTimeout(Duration.ofSeconds(1))
                            .build());
            assertKind(failure(clock), CONNECT_TIMEOUT);

            assertThat(sent.response().toCompletableFuture()).isNotDone();
        }
    }

    /** Rule 12. */
    @Test
    default void failureToConnectNamesNoHeaderValue() throws IOException {
        try (TransportFixture fixture = TransportFixture.start(this);
                Socket boundButNotListening = new Socket()) {
            boundButNotListening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            TransportException failure = failure(fixture.transport()
                    .start(TransportRequest.builder(
                                    "POST", URI.create("http://127.0.0.1:" + boundButNotListening.getLocalPort()))
                            .header("Authorization", "Bearer nb_secret")
                            .build()));

            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain("nb_secret");
            }
        }
    }

    /** Rule 11. */
    @Test
    default void failedCallsLeaveThePoolUsable() throws IOException {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this);
                Socket boundButNotListening = new Socket()) {
            boundButNotListening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            URI refusing = URI.create("http://127.0.0.1:" + boundButNotListening.getLocalPort() + "/");
            for (int i = 0; i < 5; i++) {
                // A lost slot of the pool would show at once as another kind.
                assertKind(
                        failure(fixture.transport()
                                .start(TransportRequest.builder("POST", refusing)
                                        .build())),
                        REFUSED);
                assertKind(failure(fixture.start(Script.builder().reset().build())), LOST);
            }

            assertThat(text(head(fixture.start(Script.response(200, "fine"))))).isEqualTo("fine");
        }
    }

    private static void neverSent(TransportFixture fixture, String root, TransportException.Kind kind) {
        AtomicInteger sent = new AtomicInteger();
        TransportCall call = fixture.transport()
                .start(TransportRequest.builder("POST", URI.create(root + "/"))
                        .body(new byte[] {'{', '}'})
                        .connectTimeout(kind == DNS ? Duration.ofSeconds(10) : Duration.ofMillis(300))
                        .onSent(sent::incrementAndGet)
                        .build());

        assertKind(failure(call, kind == DNS ? TransportFixture.PATIENCE : IN_TIME), kind);
        assertThat(call.mayHaveBeenSent()).isFalse();
        assertThat(sent).hasValue(0);
    }
}
