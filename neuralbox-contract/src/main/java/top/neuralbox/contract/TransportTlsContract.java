package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CANCELLED;
import static top.neuralbox.transport.TransportException.Kind.LOST;
import static top.neuralbox.transport.TransportException.Kind.TLS;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests of TLS: a server that is not the one that the URI names gets no byte of the request.
 *
 * @since 0.1.0
 */
public interface TransportTlsContract extends TransportContract {

    /** Exceptions and errors that managers of applications throw. */
    List<Throwable> FOREIGN = List.of(
            new IllegalStateException("the store is locked"),
            new NoClassDefFoundError("com/example/Pins"),
            new StackOverflowError(),
            new OutOfMemoryError("made up"));

    /** Rule 2. */
    @Test
    default void ownTrustManagerDecides() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().server())) {
            assertThat(text(fixture.exchange(Script.response(200, "in private"))))
                    .isEqualTo("in private");
        }
    }

    /** Rule 5. */
    @Test
    default void firstBufferArrivesOverTlsWhileTheResponseIsHeldOpen() {
        Gate rest = new Gate();
        try (TransportFixture fixture = trusting(TestCertificates.shared().server())) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .eventStream()
                    .chunk("data: 1\n\n")
                    .await(rest)
                    .lastChunk()
                    .build()));

            assertThat(text(body.awaitItems(1))).isEqualTo("data: 1\n\n");
            rest.open();
            body.awaitCompletion();
        }
    }

    /** Rule 7. */
    @Test
    default void missingLastChunkOverTlsIsALoss() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().server())) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(
                    Script.builder().eventStream().chunk("data: 1\n\n").close().build()));

            assertKind(failure(body), LOST);
        }
    }

    /** Rules 2 and 3. */
    @Test
    default void closeInsideTheHeadOverTlsIsALoss() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().server())) {
            TransportCall call = fixture.start(Script.builder()
                    .text("HTTP/1.1 200 OK\r\nContent-Ty")
                    .close()
                    .build());

            assertKind(failure(call), LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
        }
    }

    /** Rule 7. Bytes that arrived before the loss are delivered before the error, even if one record brings both. */
    @Test
    default void whatArrivedBeforeTheCloseOverTlsIsDelivered() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().server())) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .eventStream()
                    .text("9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\nda")
                    .close()
                    .build()));

            assertKind(failure(body), LOST);
            assertThat(text(body.items())).startsWith("data: 1\n\ndata: 2\n\n");
        }
    }

    /** Rule 4. */
    @Test
    default void cancelOverTlsClosesTheConnection() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().server())) {
            TransportCall call = fixture.start(BodyPhase.SILENT.script());
            RecordingSubscriber<ByteBuffer> body = subscribe(head(call));
            body.awaitItems(1);

            call.cancel();

            fixture.server().awaitNoOpenConnections(PROMPTLY);
            assertKind(failure(body), CANCELLED);
        }
    }

    /** Rule 3. */
    @Test
    default void unknownAuthorityIsRefused() {
        try (TransportFixture fixture = TransportFixture.start(
                this,
                TransportConfig.defaults(),
                ScriptedServer.startTls(TestCertificates.shared().server()))) {
            refused(fixture, fixture.server().uri());
        }
    }

    /** Rule 3. */
    @Test
    default void expiredCertificateIsRefused() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().expiredServer())) {
            refused(fixture, fixture.server().uri());
        }
    }

    /** Rule 3. */
    @Test
    default void certificateOfAnotherHostIsRefused() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().wrongHostServer())) {
            refused(fixture, fixture.server().uri());
        }
    }

    /** Rule 3. By name, where the test above is by address: engines check the two with different code. */
    @Test
    default void certificateOfAnotherHostIsRefusedByName() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().wrongHostServer())) {
            refused(fixture, URI.create("https://localhost:" + fixture.server().port()));
        }
    }

    /** Rule 3. The host is checked even if the trust manager does not: many that pin certificates check only the chain. */
    @Test
    default void certificateOfAnotherHostIsRefusedBesideATrustManagerThatChecksChainsOnly() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(
                        new ChainsOnlyTrustManager(TestCertificates.shared().trustManager()))
                .build();
        try (TransportFixture fixture = TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().wrongHostServer()))) {
            refused(fixture, fixture.server().uri());
            refused(fixture, URI.create("https://localhost:" + fixture.server().port()));
        }
    }

    /** The counterpart of the test above: such a trust manager accepts the right host. */
    @Test
    default void trustManagerThatChecksChainsOnlyIsAsked() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(
                        new ChainsOnlyTrustManager(TestCertificates.shared().trustManager()))
                .build();
        try (TransportFixture fixture = TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()))) {
            assertThat(text(fixture.exchange(Script.response(200, "in private"))))
                    .isEqualTo("in private");
        }
    }

    /** Rule 3. */
    @Test
    default void plainTextOnTheTlsPortIsRefused() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            refused(fixture, URI.create("https://127.0.0.1:" + fixture.server().port()));
        }
    }

    /** The key manager of the configuration is asked. */
    @Test
    default void clientCertificateIsShown() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .keyManager(TestCertificates.shared().clientKeyManager())
                .build();
        try (TransportFixture fixture = TransportFixture.start(this, config, wantingClients())) {
            assertThat(text(fixture.exchange(Script.response(200, "known")))).isEqualTo("known");
        }
    }

    /**
     * Rule 9. The key manager is asked for each connection. A resumed session (RFC 8446, section 2.2) would show the certificate of the
     * old one.
     */
    @Test
    default void newConnectionsShowTheClientCertificateThatIsCurrent() {
        SwappedManager.Key manager =
                new SwappedManager.Key(TestCertificates.shared().clientKeyManager());
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .keyManager(manager)
                .build();
        try (TransportFixture fixture = TransportFixture.start(this, config, wantingClients())) {
            newConnectionsFollow(
                    fixture,
                    () -> manager.swap(SwappedManager.otherCertificates().clientKeyManager()),
                    () -> manager.swap(TestCertificates.shared().clientKeyManager()));
        }
    }

    /** Rule 9. The trust manager is asked for each connection, and not only for the first one to a host. */
    @Test
    default void newConnectionsAreCheckedWithTheAuthoritiesThatAreCurrent() {
        SwappedManager.Trust manager =
                new SwappedManager.Trust(TestCertificates.shared().trustManager());
        TransportConfig config = TransportConfig.builder().trustManager(manager).build();
        try (TransportFixture fixture = TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()))) {
            newConnectionsFollow(
                    fixture,
                    () -> manager.swap(SwappedManager.otherCertificates().trustManager()),
                    () -> manager.swap(TestCertificates.shared().trustManager()));
        }
    }

    /**
     * Holds a stream open on a connection of the first manager. With the second one, which the handshake cannot succeed with,
     * a new connection fails, and the stream goes on.
     */
    private static void newConnectionsFollow(TransportFixture fixture, Runnable toUnusable, Runnable toUsable) {
        Gate end = new Gate();
        RecordingSubscriber<ByteBuffer> open = subscribe(fixture.exchange(Script.builder()
                .eventStream()
                .chunk("data: 1\n\n")
                .await(end)
                .chunk("data: 2\n\n")
                .lastChunk()
                .build()));
        open.awaitItems(1);
        // A session may be resumed for a second.
        SwappedManager.awaitEndOfResumption();

        toUnusable.run();
        assertKind(failure(fixture.start()), TLS, LOST);
        toUsable.run();
        assertThat(text(fixture.exchange(Script.response(200, "current")))).isEqualTo("current");

        end.open();
        assertThat(text(open.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
        assertThat(fixture.server().requestCount()).isEqualTo(2);
    }

    /** Rule 11. */
    @Test
    default void trustManagerThatThrowsEndsThatCallAlone() {
        for (Throwable thrown : FOREIGN) {
            TransportConfig config = TransportConfig.builder()
                    .trustManager(FaultyManager.trust(TestCertificates.shared().trustManager(), thrown))
                    .build();
            try (TransportFixture fixture = TransportFixture.start(
                    this,
                    config,
                    ScriptedServer.startTls(TestCertificates.shared().server()))) {
                endsTheFirstCallAlone(fixture);
            }
        }
    }

    /** Rule 11. */
    @Test
    default void keyManagerThatThrowsEndsThatCallAlone() {
        for (Throwable thrown : FOREIGN) {
            TransportConfig config = TransportConfig.builder()
                    .trustManager(TestCertificates.shared().trustManager())
                    .keyManager(FaultyManager.key(TestCertificates.shared().clientKeyManager(), thrown))
                    .build();
            try (TransportFixture fixture = TransportFixture.start(this, config, wantingClients())) {
                endsTheFirstCallAlone(fixture);
            }
        }
    }

    private static void endsTheFirstCallAlone(TransportFixture fixture) {
        Gate later = new Gate();
        try (ScriptedServer other = ScriptedServer.start()) {
            other.answer(Script.builder()
                    .head(200, "Content-Length: 6")
                    .text("abc")
                    .await(later)
                    .text("def")
                    .build());
            RecordingSubscriber<ByteBuffer> open = subscribe(head(fixture.transport()
                    .start(TransportRequest.builder("POST", other.uri("/")).build())));
            open.awaitItems(1);

            TransportCall first = fixture.start();

            assertKind(failure(first), TLS);
            assertThat(first.mayHaveBeenSent()).isFalse();
            later.open();
            assertThat(text(open.awaitCompletion())).isEqualTo("abcdef");
            assertThat(text(fixture.exchange(Script.response(200, "in private"))))
                    .isEqualTo("in private");
        }
    }

    /** In TLS 1.3 the server refuses after the client has finished its handshake, so the kind is not certain. */
    @Test
    default void missingClientCertificateFailsTheCall() {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .build();
        try (TransportFixture fixture = TransportFixture.start(this, config, wantingClients())) {
            assertKind(failure(fixture.start()), TLS, LOST);
            assertThat(fixture.server().requestCount()).isZero();
        }
    }

    private TransportFixture trusting(SSLContext server) {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .build();
        return TransportFixture.start(this, config, ScriptedServer.startTls(server));
    }

    private static ScriptedServer wantingClients() {
        SSLContext context = TestCertificates.shared().server();
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setNeedClientAuth(true);
        return ScriptedServer.startTls(context, parameters);
    }

    private static void refused(TransportFixture fixture, URI root) {
        AtomicInteger sent = new AtomicInteger();
        TransportCall call = fixture.transport()
                .start(TransportRequest.builder("POST", root.resolve("/"))
                        .onSent(sent::incrementAndGet)
                        .build());

        assertKind(failure(call), TLS);
        assertThat(call.mayHaveBeenSent()).isFalse();
        assertThat(sent).hasValue(0);
        assertThat(fixture.server().requestCount()).isZero();
    }
}
