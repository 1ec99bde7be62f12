package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.vertx.Calls.failure;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.text;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** Calls through an HTTP proxy: a tunnel for https, forwarding for http. */
class ProxyTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String CANARY = "pw-canary-4711";
    private static final String CREDENTIALS =
            Base64.getEncoder().encodeToString(("user:" + CANARY).getBytes(StandardCharsets.UTF_8));

    @Test
    void httpsGoesThroughATunnel() throws Exception {
        try (TunnelProxy proxy = TunnelProxy.open();
                ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server())
                        .answer(Script.response(200, "through the tunnel"));
                VertxTransport transport = transport(proxy.settings())) {
            TransportCall call = transport.start(to(server.uri()));

            assertThat(text(head(call))).isEqualTo("through the tunnel");
            assertThat(proxy.heads()).singleElement().asString().startsWith("CONNECT 127.0.0.1:" + server.port());
            assertThat(server.awaitRequest().headers()).doesNotContainKey("Proxy-Authorization");
        }
    }

    @Test
    void tunnelIsOpenedWithCredentials() throws Exception {
        try (TunnelProxy proxy = TunnelProxy.openFor(CREDENTIALS);
                ScriptedServer server =
                        ScriptedServer.startTls(CERTIFICATES.server()).answer(Script.response(200, "let through"));
                VertxTransport transport = transport(proxy.settings().withCredentials("user", CANARY))) {
            TransportCall call = transport.start(to(server.uri()));

            assertThat(text(head(call))).isEqualTo("let through");
            assertThat(server.awaitRequest().headers()).doesNotContainKey("Proxy-Authorization");
        }
    }

    @Test
    void refusedTunnelIsAProxyFailureThatHoldsNoPassword() throws Exception {
        try (TunnelProxy proxy = TunnelProxy.openFor("other credentials");
                ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server());
                VertxTransport transport = transport(proxy.settings().withCredentials("user", CANARY))) {
            TransportCall call = transport.start(to(server.uri()));

            TransportException failure = failure(call);

            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(call.mayHaveBeenSent()).isFalse();
            assertThat(server.connectionCount()).isZero();
            assertThat(printed(failure)).doesNotContain(CANARY).doesNotContain(CREDENTIALS);
        }
    }

    @Test
    void httpIsForwardedWithCredentials() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start().answer(Script.response(200, "forwarded"));
                VertxTransport transport =
                        transport(ProxySettings.of("127.0.0.1", proxy.port()).withCredentials("user", CANARY))) {
            TransportCall call = transport.start(to(URI.create("http://service.invalid/api/v2/generate?x=1")));

            assertThat(text(head(call))).isEqualTo("forwarded");
            ReceivedRequest received = proxy.awaitRequest();
            assertThat(received.target()).isEqualTo("http://service.invalid/api/v2/generate?x=1");
            assertThat(received.header("Host")).isEqualTo("service.invalid");
            assertThat(received.header("Proxy-Authorization")).isEqualTo("Basic " + CREDENTIALS);
        }
    }

    @Test
    void proxyThatForwardsNothingWithoutCredentialsIsAProxyFailure() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start().answer(Script.response(407, "who are you?"));
                VertxTransport transport = transport(ProxySettings.of("127.0.0.1", proxy.port()))) {
            TransportCall call = transport.start(to(URI.create("http://service.invalid/")));

            assertThat(failure(call).kind()).isEqualTo(Kind.PROXY);
        }
    }

    @Test
    void proxyThatIsNotThereIsAProxyFailure() throws Exception {
        ScriptedServer gone = ScriptedServer.start();
        int port = gone.port();
        gone.close();
        try (VertxTransport transport = transport(ProxySettings.of("127.0.0.1", port))) {
            for (String scheme : new String[] {"http", "https"}) {
                TransportCall call = transport.start(to(URI.create(scheme + "://service.invalid/")));

                assertThat(failure(call).kind()).as(scheme).isEqualTo(Kind.PROXY);
                assertThat(call.mayHaveBeenSent()).isFalse();
            }
        }
    }

    private static VertxTransport transport(ProxySettings proxy) {
        return VertxTransport.create(TransportConfig.builder()
                .proxy(proxy)
                .trustManager(CERTIFICATES.trustManager())
                .build());
    }

    private static TransportRequest to(URI uri) {
        return TransportRequest.builder("POST", uri).body(new byte[] {'{', '}'}).build();
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
