package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.printed;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.transport.TransportException.Kind.CANCELLED;
import static top.neuralbox.transport.TransportException.Kind.CLOSED;
import static top.neuralbox.transport.TransportException.Kind.CONNECT_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.DNS;
import static top.neuralbox.transport.TransportException.Kind.LOST;
import static top.neuralbox.transport.TransportException.Kind.POOL_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;
import static top.neuralbox.transport.TransportException.Kind.REFUSED;
import static top.neuralbox.transport.TransportException.Kind.TLS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import top.neuralbox.contract.host.BlackHole;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests that each failure has the sentence of {@link ExchangeFailures}, so that a log reads the same on every transport.
 *
 * @since 0.1.0
 */
public interface TransportSentencesContract extends TransportContract {

    /** A connect timeout that is meant to expire. */
    Duration SOON = Duration.ofMillis(300);

    /** A connect timeout that is not meant to expire. */
    Duration IN_TIME = Duration.ofSeconds(20);

    /** Rule 13. */
    @Test
    default void refusedConnectionSaysWhoRefusedIt() throws IOException {
        try (TransportFixture fixture = TransportFixture.start(this);
                Socket boundButNotListening = new Socket()) {
            boundButNotListening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String peer = "127.0.0.1:" + boundButNotListening.getLocalPort();

            says(
                    failure(fixture.transport().start(to("http://" + peer, IN_TIME))),
                    REFUSED,
                    peer + " refused the connection");
        }
    }

    /** Rule 13. */
    @Test
    default void unknownHostIsNamed() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            says(
                    failure(fixture.transport()
                            .start(TransportRequest.builder("POST", URI.create("http://no-such-host.invalid/"))
                                    .build())),
                    DNS,
                    "the name no-such-host.invalid does not resolve");
        }
    }

    /** Rule 13. */
    @Test
    default void connectTimeoutNamesThePeerAndItsValue() {
        try (TransportFixture fixture = TransportFixture.start(this);
                BlackHole hole = BlackHole.open()) {
            says(
                    failure(fixture.transport().start(to(hole.uri("http").toString(), SOON))),
                    CONNECT_TIMEOUT,
                    "no connection to " + hole.uri("http").getAuthority() + " was made within 300 ms");
        }
    }

    /** Rule 13. */
    @Test
    default void poolTimeoutNamesTheSetting() {
        try (TransportFixture fixture = TransportFixture.startWithOneConnection(this)) {
            TransportCall first = fixture.start(Script.silence());
            fixture.server().awaitRequest();

            says(
                    failure(fixture.transport().start(to(fixture.server().uri().toString(), SOON))),
                    POOL_TIMEOUT,
                    "no connection became free within 300 ms: all of maxConnections (1) are in use");
            first.cancel();
        }
    }

    /** Rule 13. */
    @Test
    default void lossSaysHowFarTheExchangeWas() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            String lost = "the connection to 127.0.0.1:" + fixture.server().port() + " was lost";

            says(failure(fixture.start(Script.builder().reset().build())), LOST, lost + " before the response head");

            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(
                    Script.builder().eventStream().chunk("data: 1\n\n").close().build()));
            says(failure(body), LOST, lost + " inside the response");
        }
    }

    /** Rules 12 and 13. */
    @Test
    default void plainTextOnTheTlsPortIsNotQuoted() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            String peer = "127.0.0.1:" + fixture.server().port();

            TransportException failure = failure(fixture.transport().start(to("https://" + peer, IN_TIME)));

            says(failure, TLS, peer + " does not speak TLS on this port");
            assertThat(printed(failure)).doesNotContain("485454502f").doesNotContain("HTTP/1.1 400");
        }
    }

    /** Rule 13. */
    @Test
    default void handshakeThatFailsNamesThePeer() {
        try (TransportFixture fixture = TransportFixture.start(
                this,
                TransportConfig.defaults(),
                ScriptedServer.startTls(TestCertificates.shared().server()))) {
            TransportException failure = failure(fixture.start(Script.silence()));

            assertKind(failure, TLS);
            assertThat(failure)
                    .hasMessageStartingWith("the TLS handshake with 127.0.0.1:"
                            + fixture.server().port() + " failed: ")
                    .hasMessageContaining("certification path");
        }
    }

    /** Rule 13. */
    @Test
    default void answerThatIsNoHttpNamesThePeer() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportException failure = failure(
                    fixture.start(Script.builder().text("SSH-2.0-x\r\n\r\n").build()));

            assertKind(failure, PROTOCOL);
            assertThat(failure)
                    .hasMessageStartingWith("127.0.0.1:" + fixture.server().port() + " broke the HTTP protocol: ");
        }
    }

    /** Rule 13. */
    @Test
    default void endOnThisSideSaysWhichItWas() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall cancelled = fixture.start(Script.silence());
            fixture.server().awaitRequest();
            cancelled.cancel();
            says(failure(cancelled), CANCELLED, "the call was cancelled");

            RecordingSubscriber<ByteBuffer> body = subscribe(head(fixture.start(BodyPhase.SILENT.script())));
            body.awaitItems(1);
            fixture.transport().close();
            says(failure(body), CLOSED, "the transport is closed");
            says(failure(fixture.start()), CLOSED, "the transport is closed");
        }
    }

    private static void says(TransportException failure, TransportException.Kind kind, String sentence) {
        assertKind(failure, kind);
        assertThat(failure).hasMessage(sentence);
    }

    private static TransportRequest to(String root, Duration connectTimeout) {
        return TransportRequest.builder("POST", URI.create(root + "/"))
                .body(new byte[] {'{', '}'})
                .connectTimeout(connectTimeout)
                .build();
    }
}
