package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.ConnectionException.Reason;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.transport.ProxySettings;

/** Row 10: the proxy does not let us through. That it does, with credentials and without, each transport tests. */
@ParameterizedClass
@EnumSource
class ProxyRowsTest {

    @Parameter
    Carrier carrier;

    @Test
    void row10RefusedProxy() throws IOException {
        int port;
        try (ServerSocket once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = once.getLocalPort();
        }
        refused(port);
    }

    @Test
    void row10ProxyThatAsksForOtherCredentials() {
        answered(Script.response(407, "", "Proxy-Authenticate: Basic realm=\"proxy\""));
    }

    @Test
    void row10ProxyThatCannotReachTheService() {
        answered(Script.response(502, "<html>unreachable</html>"));
    }

    private void answered(Script connect) {
        try (ScriptedServer proxy = ScriptedServer.start()) {
            proxy.answerAlways(connect);

            refused(proxy.port());

            assertThat(proxy.received())
                    .allSatisfy(request -> assertThat(request.method()).isEqualTo("CONNECT"));
            assertThat(proxy.received())
                    .allSatisfy(request ->
                            assertThat(request.header("Authorization")).isNull());
        }
    }

    private void refused(int port) {
        ProxySettings settings =
                ProxySettings.of("127.0.0.1", port).withCredentials("user", SecretWatch.PROXY_PASSWORD);
        FaultServer behind = new Http1FaultServer(ScriptedServer.startTls(Certificates.ALL.server()));
        try (FaultRow row = FaultRow.on(carrier, behind, config -> config.proxy(settings), client -> {})
                .expectRequests(0)
                .withoutNextCall()) {
            ConnectionException error = failure(ConnectionException.class, row.start());

            assertThat(error.reason()).as(Traces.of(error)).isEqualTo(Reason.PROXY);
            assertThat(SecretWatch.isSecret(settings.toString())).isFalse();
            assertFacts(error, Phase.NOT_SENT, BillingState.NOT_CHARGED, 1);
        }
    }
}
