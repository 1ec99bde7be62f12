package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.httpclient.Calls.failure;
import static top.neuralbox.transport.httpclient.Calls.head;
import static top.neuralbox.transport.httpclient.Calls.post;
import static top.neuralbox.transport.httpclient.Calls.subscribe;
import static top.neuralbox.transport.httpclient.Calls.text;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.Script;
import top.neuralbox.testkit.ScriptedServer;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;

class ProxyTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Duration PROMPTLY = Duration.ofSeconds(1);
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString("reader:canary-password".getBytes(StandardCharsets.UTF_8));

    @Test
    void httpsGoesThroughATunnel() throws IOException {
        try (ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server());
                TunnelProxy proxy = TunnelProxy.start();
                HttpClientTransport transport = transport(proxy.settings())) {
            server.answer(Script.response(200, "through the tunnel"));

            assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                    .isEqualTo("through the tunnel");

            assertThat(proxy.heads()).hasSize(1);
            assertThat(proxy.heads().get(0)).startsWith("CONNECT 127.0.0.1:" + server.port() + " HTTP/1.1\r\n");
        }
    }

    @Test
    void credentialsGoToTheProxyWithTheFirstRequestAndNoFurther() throws IOException {
        try (ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server());
                TunnelProxy proxy = TunnelProxy.start();
                HttpClientTransport transport =
                        transport(proxy.settings().withCredentials("reader", "canary-password"))) {
            server.answer(Script.response(200, ""));

            text(head(transport.start(post(server.uri("/"))
                    .header("Authorization", "Bearer nb_canary")
                    .build())));

            assertThat(proxy.heads()).hasSize(1);
            assertThat(proxy.heads().get(0))
                    .contains("Proxy-Authorization: " + BASIC + "\r\n")
                    .doesNotContain("nb_canary");
            assertThat(server.awaitRequest().header("Proxy-Authorization")).isNull();
        }
    }

    @Test
    void tunnelIsUsedAgain() throws IOException {
        try (ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server());
                TunnelProxy proxy = TunnelProxy.start();
                HttpClientTransport transport = transport(proxy.settings())) {
            server.answerAlways(Script.response(200, "whole"));

            for (int i = 0; i < 3; i++) {
                assertThat(text(head(transport.start(post(server.uri("/")).build()))))
                        .isEqualTo("whole");
            }

            assertThat(proxy.heads()).hasSize(1);
        }
    }

    @Test
    void cancelClosesTheTunnel() throws IOException {
        try (ScriptedServer server = ScriptedServer.startTls(CERTIFICATES.server());
                TunnelProxy proxy = TunnelProxy.start();
                HttpClientTransport transport = transport(proxy.settings())) {
            server.answer(
                    Script.builder().eventStream().chunk("data: 1\n\n").hold().build());
            TransportCall call = transport.start(post(server.uri("/")).build());
            subscribe(head(call)).awaitItems(1);

            call.cancel();

            server.awaitNoOpenConnections(PROMPTLY);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 403, 407, 502})
    void proxyThatRefusesTheTunnelIsNamedAndNothingWasSent(int status) {
        try (ScriptedServer proxy = ScriptedServer.start();
                HttpClientTransport transport =
                        transport(settings(proxy).withCredentials("reader", "canary-password"))) {
            proxy.answerAlways(Script.response(status, "refused", "Proxy-Authenticate: Basic realm=\"x\""));
            TransportCall call =
                    transport.start(post(URI.create("https://service.invalid/")).build());

            TransportException failure = failure(call);

            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(failure).hasMessageContaining("status " + status).hasMessageNotContaining("canary");
            assertThat(call.mayHaveBeenSent()).isFalse();
            assertThat(proxy.requestCount()).isEqualTo(1);
        }
    }

    @Test
    void proxyThatIsNotThereIsNamed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        try (HttpClientTransport transport = transport(ProxySettings.of("127.0.0.1", port))) {
            TransportCall call =
                    transport.start(post(URI.create("https://service.invalid/")).build());

            assertThat(failure(call).kind()).isEqualTo(Kind.PROXY);
            assertThat(call.mayHaveBeenSent()).isFalse();
        }
    }

    @Test
    void cancelWhileTheProxyIsSilentClosesTheConnection() {
        try (ScriptedServer proxy = ScriptedServer.start();
                HttpClientTransport transport = transport(settings(proxy))) {
            proxy.answer(Script.silence());
            TransportCall call =
                    transport.start(post(URI.create("https://service.invalid/")).build());
            proxy.awaitRequest();

            call.cancel();

            assertThat(failure(call).kind()).isEqualTo(Kind.CANCELLED);
            assertThat(call.mayHaveBeenSent()).isFalse();
            proxy.awaitNoOpenConnections(PROMPTLY);
        }
    }

    @Test
    void connectTimeoutCoversTheProxysSilence() {
        try (ScriptedServer proxy = ScriptedServer.start();
                HttpClientTransport transport = transport(settings(proxy))) {
            proxy.answer(Script.silence());
            TransportCall call = transport.start(post(URI.create("https://service.invalid/"))
                    .connectTimeout(Duration.ofMillis(300))
                    .build());

            assertThat(failure(call).kind()).isEqualTo(Kind.CONNECT_TIMEOUT);
            proxy.awaitNoOpenConnections(PROMPTLY);
        }
    }

    @Test
    void clearTextIsForwardedByTheProxyWithoutATunnel() {
        try (ScriptedServer proxy = ScriptedServer.start();
                HttpClientTransport transport =
                        transport(settings(proxy).withCredentials("reader", "canary-password"))) {
            proxy.answer(Script.response(200, "forwarded"));
            TransportCall call = transport.start(
                    post(URI.create("http://service.invalid/a?b=c")).build());

            assertThat(text(head(call))).isEqualTo("forwarded");

            ReceivedRequest request = proxy.awaitRequest();
            assertThat(request.target()).isEqualTo("http://service.invalid/a?b=c");
            assertThat(request.header("Host")).isEqualTo("service.invalid");
            assertThat(request.header("Proxy-Authorization")).isEqualTo(BASIC);
        }
    }

    @Test
    void proxyThatAsksForCredentialsInClearTextIsNamed() {
        try (ScriptedServer proxy = ScriptedServer.start();
                HttpClientTransport transport = transport(settings(proxy))) {
            proxy.answer(Script.response(407, "", "Proxy-Authenticate: Basic realm=\"x\""));
            TransportCall call =
                    transport.start(post(URI.create("http://service.invalid/")).build());

            assertThat(failure(call).kind()).isEqualTo(Kind.PROXY);
        }
    }

    private static ProxySettings settings(ScriptedServer proxy) {
        return ProxySettings.of("127.0.0.1", proxy.port());
    }

    private static HttpClientTransport transport(ProxySettings proxy) {
        return HttpClientTransport.create(TransportConfig.builder()
                .trustManager(CERTIFICATES.trustManager())
                .proxy(proxy)
                .build());
    }
}
