package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.FaultRow.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.ConnectionException.Reason;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.contract.host.BlackHole;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportConfig;

/** Rows 1 to 3 and 5 to 9: there is no connection to send on. */
@ParameterizedClass
@EnumSource
class ConnectRowsTest {

    /** Short, because an engine owns this timer and no clock of ours moves it. */
    private static final Timeouts SHORT =
            Timeouts.builder().connect(Duration.ofMillis(300)).build();

    @Parameter
    Carrier carrier;

    @Test
    void row01UnknownHostIsNamedAndTriedAgain() {
        try (FaultRow row = elsewhere(FaultRow.nowhere(), settings -> {})) {
            ConnectionException error = failure(ConnectionException.class, row.start());

            assertThat(error.reason()).isEqualTo(Reason.DNS);
            assertThat(error).hasMessageContaining("nowhere.invalid");
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 3);
        }
    }

    @Test
    void row02RefusedConnectionIsTriedAgain() throws IOException {
        try (FaultRow row = elsewhere(closedPort(), settings -> {})) {
            ConnectionException error = failure(ConnectionException.class, row.start());

            assertThat(error.reason()).isEqualTo(Reason.REFUSED);
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 3);
        }
    }

    @Test
    void row03ConnectTimeoutNamesItsValueAndIsTriedAgain() {
        RetryPolicy once = RetryPolicy.builder().maxRetries(1).build();
        try (BlackHole hole = BlackHole.open();
                FaultRow row = elsewhere(
                        hole.uri(scheme()), settings -> settings.timeouts(SHORT).retryPolicy(once))) {
            GenerationTimeoutException error = failure(GenerationTimeoutException.class, row.start());

            assertThat(error.timer()).isEqualTo(Timer.CONNECT);
            assertThat(error.limit()).isEqualTo(SHORT.connect());
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 2);
        }
    }

    @Test
    void row05ExpiredCertificate() {
        untrusted(Certificates.ALL.expiredServer());
    }

    @Test
    void row06CertificateOfAnotherHost() {
        untrusted(Certificates.ALL.wrongHostServer());
    }

    @Test
    void row07UnknownAuthority() {
        try (FaultRow row = FaultRow.on(
                        carrier,
                        tls(Certificates.ALL.server()),
                        config -> config.trustManager(Strangers.ALL.trustManager()),
                        settings -> {})
                .expectRequests(0)
                .withoutNextCall()) {
            assertTls(row);
        }
    }

    @Test
    void row07OwnTrustStoreIsTrusted() {
        try (FaultRow row = FaultRow.on(carrier, carrier.tlsServer(false), config -> {}, settings -> {})) {
            assertThat(text(row.completes(Reply.whole()))).isEqualTo("Here");
        }
    }

    @Test
    void row07ClientCertificateIsShownWhereItIsAskedFor() {
        try (FaultRow row = FaultRow.on(
                carrier,
                carrier.tlsServer(true),
                config -> config.keyManager(Certificates.ALL.clientKeyManager()),
                settings -> {})) {
            assertThat(text(row.completes(Reply.whole()))).isEqualTo("Here");
        }
    }

    @Test
    void row08HandshakeThatStallsTimesOutAndIsTriedAgain() {
        RetryPolicy once = RetryPolicy.builder().maxRetries(1).build();
        try (FaultRow row = FaultRow.on(
                        carrier,
                        new Http1FaultServer(ScriptedServer.startSilent()),
                        config -> {},
                        settings -> settings.timeouts(SHORT).retryPolicy(once))
                .expectRequests(0)
                .withoutNextCall()) {
            GenerationTimeoutException error = failure(GenerationTimeoutException.class, row.start());

            assertThat(error.timer()).isEqualTo(Timer.CONNECT);
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 2);
        }
    }

    @Test
    void row08PlainTextOnTheTlsPort() {
        try (ScriptedServer plain = ScriptedServer.start();
                FaultRow row = elsewhere(URI.create("https://127.0.0.1:" + plain.port()), settings -> {})) {
            assertTls(row);
        }
    }

    @Test
    void row09ClearTextIsRefusedSaveForThisMachine() {
        NeuralBox.Builder settings = NeuralBox.builder()
                .apiKey(FaultRow.KEY)
                .transport(carrier.shared())
                .baseUri(URI.create("http://gateway.example.com"));

        assertThatThrownBy(settings::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowClearText");
        settings.allowClearText(true).build().close();
    }

    private void untrusted(SSLContext context) {
        try (FaultRow row = FaultRow.on(carrier, tls(context), config -> {}, settings -> {})
                .expectRequests(0)
                .withoutNextCall()) {
            assertTls(row);
        }
    }

    private static void assertTls(FaultRow row) {
        ConnectionException error = failure(ConnectionException.class, row.start());

        assertThat(error.reason()).isEqualTo(Reason.TLS);
        assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1);
    }

    /** A row whose client talks to another place than the server. */
    private FaultRow elsewhere(URI base, Consumer<NeuralBox.Builder> settings) {
        Consumer<TransportConfig.Builder> config = unchanged -> {};
        return FaultRow.on(carrier, carrier.server(), config, builder -> settings.accept(builder.baseUri(base)))
                .expectRequests(0)
                .withoutNextCall();
    }

    /** No version of HTTP is chosen on it, for no handshake with it succeeds. */
    private static FaultServer tls(SSLContext context) {
        return new Http1FaultServer(ScriptedServer.startTls(context));
    }

    /** HTTP/2 is spoken over TLS alone. */
    private String scheme() {
        return carrier.isHttp2() ? "https" : "http";
    }

    private URI closedPort() throws IOException {
        try (ServerSocket once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create(scheme() + "://127.0.0.1:" + once.getLocalPort());
        }
    }

    /** Certificates of an authority that signed nothing here. */
    private static final class Strangers {
        static final top.neuralbox.testkit.TestCertificates ALL = top.neuralbox.testkit.TestCertificates.create();
    }
}
