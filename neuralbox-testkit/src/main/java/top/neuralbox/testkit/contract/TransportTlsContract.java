package top.neuralbox.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.testkit.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.testkit.contract.TransportFixture.assertKind;
import static top.neuralbox.testkit.contract.TransportFixture.failure;
import static top.neuralbox.testkit.contract.TransportFixture.head;
import static top.neuralbox.testkit.contract.TransportFixture.subscribe;
import static top.neuralbox.testkit.contract.TransportFixture.text;
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
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * Who is not who the URI names gets no byte of the request.
 *
 * @since 0.1.0
 */
public interface TransportTlsContract extends TransportContract {

    /** What managers of applications throw. */
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

    /** Rule 7. What arrived before the loss is delivered before the error, also if one record brings both. */
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

    /** Rule 3. By name and by address: engines check the two by different code. */
    @Test
    default void certificateOfAnotherHostIsRefusedByName() {
        try (TransportFixture fixture = trusting(TestCertificates.shared().wrongHostServer())) {
            refused(fixture, URI.create("https://localhost:" + fixture.server().port()));
        }
    }

    /** Rule 3. Whatever the trust manager leaves out: many that pin certificates check the chain alone. */
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

    /** Beside the test above: such a trust manager is of use. */
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
