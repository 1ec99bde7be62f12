package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

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
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.contract.host.TunnelProxy;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.ProxySettings;

/** Rows 10 and 69: the proxy opens no tunnel, or the fault lies beyond the proxy. */
@ParameterizedClass
@EnumSource
class ProxyRowsTest {

    private static final long CANCEL = 8;

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

    @Test
    void row69FaultsBehindAProxyTellNeitherKeyNorPassword() {
        Reply[] faults = {
            Reply.nothing().close(),
            Reply.nothing().reset(CANCEL),
            Reply.html(302, "gone", "Location", "https://elsewhere.invalid/" + FaultRow.KEY),
            Reply.json(401, "{\"error\": \"not_authenticated\", \"message\": \"no such key: " + FaultRow.KEY + "\"}"),
            Reply.json(429, "{\"retry_after\": 36000, \"message\": \"" + FaultRow.KEY + "\"}"),
            Reply.html(502, "<html>" + FaultRow.KEY + "</html>"),
            Reply.html(200, "<html>Sign in as " + FaultRow.KEY + "</html>"),
            Reply.json(200, "{\"content\": "),
            Reply.head(200, "Content-Encoding", "gzip").hold(),
            Reply.stream(sse(START, DELTA)).close(),
            Reply.stream(sse(START, DELTA)).reset(CANCEL),
            Reply.events(START, DELTA, DONE),
            Reply.events(START, "{" + FaultRow.KEY),
            Reply.events(START, "{\"type\": \"error\", \"message\": \"" + FaultRow.KEY + "\"}")
        };
        try (TunnelProxy proxy = TunnelProxy.open();
                FaultRow row = FaultRow.on(
                                carrier,
                                carrier.tlsServer(false),
                                config -> config.proxy(
                                        proxy.settings().withCredentials("user", SecretWatch.PROXY_PASSWORD)),
                                client -> {})
                        .expectRequests(faults.length)) {
            for (Reply fault : faults) {
                row.fails(NeuralBoxException.class, fault);
            }
            assertThat(proxy.heads()).isNotEmpty().allMatch(SecretWatch::isSecret);
        }
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
