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
import javax.net.ssl.SSLParameters;
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
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.transport.TransportConfig;

/**
 * Rows 1 to 10 and 57: there is no connection to send on. Which version of HTTP would have been spoken is not known by
 * then, so one is enough.
 */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*_HTTP_1_1")
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
        try (FullBacklog hole = new FullBacklog();
                FaultRow row = elsewhere(
                        hole.uri("http"), settings -> settings.timeouts(SHORT).retryPolicy(once))) {
            GenerationTimeoutException error = failure(GenerationTimeoutException.class, row.start());

            assertThat(error.timer()).isEqualTo(Timer.CONNECT);
            assertThat(error.limit()).isEqualTo(SHORT.connect());
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 2);
        }
    }

    @Test
    void row04ExhaustedPoolSaysSoAndIsNotTriedAgain() {
        try (FaultRow row = FaultRow.on(
                carrier, carrier.server(), config -> config.maxConnections(1), settings -> settings.timeouts(SHORT))) {
            var first = row.start(Reply.stream(Reply.sse(Reply.START)).hold());
            first.awaitItems(1);

            ConnectionException error = failure(ConnectionException.class, row.start());

            assertThat(error.reason()).isEqualTo(Reason.POOL);
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1);
            first.cancel();
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
        try (FaultRow row = FaultRow.on(carrier, tls(Certificates.ALL.server()), config -> {}, settings -> {})) {
            assertThat(text(row.completes(Reply.whole()))).isEqualTo("Here");
        }
    }

    @Test
    void row07ClientCertificateIsShownWhereItIsAskedFor() {
        SSLContext context = Certificates.ALL.server();
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setNeedClientAuth(true);
        try (FaultRow row = FaultRow.on(
                carrier,
                new Http1FaultServer(ScriptedServer.startTls(context, parameters)),
                config -> config.keyManager(Certificates.ALL.clientKeyManager()),
                settings -> {})) {
            assertThat(text(row.completes(Reply.whole()))).isEqualTo("Here");
        }
    }

    @Test
    void row08HandshakeThatStallsTimesOut() {
        RetryPolicy none = RetryPolicy.none();
        try (FaultRow row = FaultRow.on(
                        carrier,
                        new Http1FaultServer(ScriptedServer.startSilent()),
                        config -> {},
                        settings -> settings.timeouts(SHORT).retryPolicy(none))
                .expectRequests(0)
                .withoutNextCall()) {
            GenerationTimeoutException error = failure(GenerationTimeoutException.class, row.start());

            assertThat(error.timer()).isEqualTo(Timer.CONNECT);
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1);
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

    @Test
    void row57CallThatIsCancelledInTheQueueNeverReachesTheWire() {
        try (FaultRow row =
                FaultRow.on(carrier, carrier.server(), config -> config.maxConnections(1), settings -> {})) {
            var first = row.start(Reply.stream(Reply.sse(Reply.START)).hold());
            first.awaitItems(1);
            try (var queued = row.client().stream(FaultRow.request())) {
                queued.cancel();

                assertThatThrownBy(queued::result)
                        .isInstanceOfSatisfying(
                                NeuralBoxException.class,
                                error -> assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1));
            }
            first.cancel();
        }
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

    private static FaultServer tls(SSLContext context) {
        return new Http1FaultServer(ScriptedServer.startTls(context));
    }

    private static URI closedPort() throws IOException {
        try (ServerSocket once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + once.getLocalPort());
        }
    }

    /** Certificates of an authority that signed nothing here. */
    private static final class Strangers {
        static final top.neuralbox.testkit.TestCertificates ALL = top.neuralbox.testkit.TestCertificates.create();
    }
}
