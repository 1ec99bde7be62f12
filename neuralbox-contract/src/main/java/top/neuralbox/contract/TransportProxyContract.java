package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.printed;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.CANCELLED;
import static top.neuralbox.transport.TransportException.Kind.CONNECT_TIMEOUT;
import static top.neuralbox.transport.TransportException.Kind.PROXY;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import top.neuralbox.contract.host.TunnelProxy;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests of calls through a proxy. For {@code https} they go through a tunnel, whose content the proxy cannot read; for
 * {@code http} the proxy forwards them. Each side sees only its own credentials. For transports that know
 * {@link TransportConfig#proxy()}; the others refuse it.
 *
 * @since 0.1.0
 */
public interface TransportProxyContract extends TransportContract {

    /** Rule 2. */
    @Test
    default void httpsGoesThroughATunnel() {
        try (TunnelProxy proxy = TunnelProxy.open();
                TransportFixture fixture = secureBehind(proxy.settings())) {
            assertThat(text(fixture.exchange(Script.response(200, "through the tunnel"))))
                    .isEqualTo("through the tunnel");

            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .startsWith("CONNECT 127.0.0.1:" + fixture.server().port() + " HTTP/1.1\r\n");
        }
    }

    /** Rule 2, and RFC 9110, section 9.3.6. */
    @Test
    default void tunnelIsOpenAfterAnySuccess() {
        for (String answer : new String[] {
            "HTTP/1.1 201 Created\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\n",
            "HTTP/1.1 204 \r\nVia: 1.1 proxy\r\n\r\n",
            "HTTP/1.1 299 Whatever\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        }) {
            opensATunnel(answer);
        }
    }

    /** Rule 2. */
    @Test
    default void interimResponsesOfAProxyArePassedOver() {
        for (String interim : new String[] {
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 102 Processing\r\nDate: now\r\n\r\n",
            "HTTP/1.1 100 \r\n\r\n".repeat(TransportHeadContract.MOST_INTERIM)
        }) {
            opensATunnel(interim + "HTTP/1.1 200 OK\r\n\r\n");
        }
    }

    /** Rule 12. */
    @Test
    default void tunnelIsOpenedWithTheProxysCredentialsAndNothingOfTheRequest() {
        try (TunnelProxy proxy = TunnelProxy.open();
                TransportFixture fixture = secureBehind(ProxyCredentials.addTo(proxy.settings()))) {
            fixture.server().answer(Script.response(200, "let through"));
            TransportCall call = fixture.transport()
                    .start(fixture.post()
                            .header("Authorization", "Bearer nb_canary")
                            .build());

            assertThat(text(head(call))).isEqualTo("let through");
            assertThat(proxy.heads())
                    .singleElement()
                    .asString()
                    .containsIgnoringCase("Proxy-Authorization: " + ProxyCredentials.BASIC + "\r\n")
                    .doesNotContain("nb_canary");
            assertThat(fixture.server().awaitRequest().header("Proxy-Authorization"))
                    .isNull();
        }
    }

    /** Rule 2, and RFC 7617, section 2.1. */
    @Test
    default void credentialsOfAnyTextReachTheProxyAsUtf8() {
        for (String text : new String[] {"", "J\u00fcrgen \ud83d\ude00", "x".repeat(4_000)}) {
            String password = "a:b " + text;
            try (TunnelProxy proxy = TunnelProxy.open();
                    TransportFixture fixture = secureBehind(proxy.settings().withCredentials(text, password))) {
                assertThat(text(fixture.exchange(Script.response(200, "let through"))))
                        .isEqualTo("let through");

                byte[] pair = (text + ":" + password).getBytes(StandardCharsets.UTF_8);
                assertThat(proxy.heads())
                        .singleElement()
                        .asString()
                        .containsIgnoringCase("Proxy-Authorization: Basic "
                                + Base64.getEncoder().encodeToString(pair) + "\r\n");
            }
        }
    }

    /** Rule 2. */
    @Test
    default void tunnelIsUsedAgain() {
        try (TunnelProxy proxy = TunnelProxy.open();
                TransportFixture fixture = secureBehind(proxy.settings())) {
            for (int i = 0; i < 3; i++) {
                fixture.completeOneExchange();
            }

            assertThat(proxy.heads()).hasSize(1);
        }
    }

    /** Rule 4. */
    @Test
    default void cancelClosesTheTunnel() {
        try (TunnelProxy proxy = TunnelProxy.open();
                TransportFixture fixture = secureBehind(proxy.settings())) {
            TransportCall call = fixture.start(BodyPhase.SILENT.script());
            subscribe(head(call)).awaitItems(1);

            call.cancel();

            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rules 3 and 12. */
    @Test
    default void proxyThatRefusesTheTunnelIsNamedAndNothingWasSent() {
        for (int status : new int[] {302, 403, 407, 502}) {
            try (TransportFixture fixture = behind(ScriptedServer.start(), ProxyCredentials::addTo)) {
                fixture.server()
                        .answerAlways(Script.response(status, "refused", "Proxy-Authenticate: Basic realm=\"x\""));
                TransportCall call = fixture.transport().start(to("https"));

                TransportException failure = failure(call);

                assertKind(failure, PROXY);
                assertThat(failure)
                        .hasMessage(
                                "the proxy 127.0.0.1:" + fixture.server().port() + " answered with status " + status);
                assertThat(printed(failure))
                        .doesNotContain(ProxyCredentials.PASSWORD)
                        .doesNotContain(ProxyCredentials.BASIC);
                assertThat(call.mayHaveBeenSent()).isFalse();
                assertThat(fixture.server().requestCount())
                        .as("of status %d", status)
                        .isEqualTo(1);
            }
        }
    }

    /** Rule 12. */
    @Test
    default void proxyThatEchoesItsCredentialsPutsThemIntoNoFailure() {
        try (TransportFixture fixture = behind(ScriptedServer.start(), ProxyCredentials::addTo)) {
            fixture.server()
                    .answerAlways(Script.builder()
                            .text("HTTP/1.1 407 not with " + ProxyCredentials.BASIC + "\r\nProxy-Authenticate: "
                                    + ProxyCredentials.BASIC + "\r\nContent-Length: 0\r\n\r\n")
                            .build());

            for (String scheme : new String[] {"http", "https"}) {
                TransportException failure = failure(fixture.transport().start(to(scheme)));

                assertKind(failure, PROXY);
                assertThat(printed(failure)).as(scheme).doesNotContain(ProxyCredentials.BASIC);
            }
        }
    }

    /** Rule 3. */
    @Test
    default void proxyThatIsNotThereIsNamed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (TransportFixture fixture = secureBehind(ProxySettings.of("127.0.0.1", port))) {
            for (String scheme : new String[] {"http", "https"}) {
                TransportCall call = fixture.transport().start(to(scheme));

                TransportException failure = failure(call);
                assertKind(failure, PROXY);
                assertThat(failure).hasMessage("the proxy 127.0.0.1:" + port + " refused the connection");
                assertThat(call.mayHaveBeenSent()).as(scheme).isFalse();
            }
        }
    }

    /** Rule 4. */
    @Test
    default void cancelWhileTheProxyIsSilentClosesTheConnection() {
        try (TransportFixture fixture = behind(ScriptedServer.start(), settings -> settings)) {
            fixture.server().answer(Script.silence());
            TransportCall call = fixture.transport().start(to("https"));
            fixture.server().awaitRequest();

            call.cancel();

            assertKind(failure(call), CANCELLED);
            assertThat(call.mayHaveBeenSent()).isFalse();
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rules 4 and 9. */
    @Test
    default void callThatWaitsBehindOneThatIsCancelledTakesItsPlace() {
        try (TransportFixture fixture = behind(ScriptedServer.start(), settings -> settings)) {
            fixture.server().answer(Script.silence()).answer(Script.response(502, "refused"));
            TransportCall cancelled = fixture.transport().start(to("https"));
            fixture.server().awaitRequest();
            TransportCall waiting = fixture.transport().start(to("https"));

            cancelled.cancel();

            assertKind(failure(waiting, PROMPTLY), PROXY);
            assertThat(fixture.server().requestCount()).isEqualTo(2);
        }
    }

    /** Rule 9. */
    @Test
    default void connectTimeoutCoversTheProxysSilence() {
        try (TransportFixture fixture = behind(ScriptedServer.start(), settings -> settings)) {
            fixture.server().answer(Script.silence());
            TransportCall call = fixture.transport()
                    .start(TransportRequest.builder("POST", uri("https"))
                            .connectTimeout(Duration.ofMillis(300))
                            .build());

            assertKind(failure(call), CONNECT_TIMEOUT);
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    /** Rule 2. */
    @Test
    default void clearTextIsForwardedByTheProxyWithoutATunnel() {
        try (TransportFixture fixture = behind(ScriptedServer.start(), ProxyCredentials::addTo)) {
            fixture.server().answer(Script.response(200, "forwarded"));

            assertThat(text(head(fixture.transport().start(to("http"))))).isEqualTo("forwarded");

            ReceivedRequest request = fixture.server().awaitRequest();
            assertThat(request.target()).isEqualTo(uri("http").toString());
            assertThat(request.header("Host")).isEqualTo(uri("http").getHost());
            assertThat(request.header("Proxy-Authorization")).isEqualTo(ProxyCredentials.BASIC);
        }
    }

    /** Rule 2. */
    @Test
    default void proxyThatAsksForCredentialsInClearTextIsNamed() {
        try (TransportFixture fixture = behind(ScriptedServer.start(), settings -> settings)) {
            fixture.server().answer(Script.response(407, "", "Proxy-Authenticate: Basic realm=\"x\""));

            assertKind(failure(fixture.transport().start(to("http"))), PROXY);
        }
    }

    private void opensATunnel(String answer) {
        try (TunnelProxy proxy = TunnelProxy.open(answer);
                TransportFixture fixture = secureBehind(proxy.settings())) {
            assertThat(text(fixture.exchange(Script.response(200, "through the tunnel"))))
                    .as(answer)
                    .isEqualTo("through the tunnel");
        }
    }

    /** A service that speaks TLS, and a transport that reaches it through this proxy. */
    private TransportFixture secureBehind(ProxySettings proxy) {
        TransportConfig config = TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .proxy(proxy)
                .build();
        return TransportFixture.start(
                this, config, ScriptedServer.startTls(TestCertificates.shared().server()));
    }

    /** A transport whose proxy is this server. It has one connection, so that a connection that is not released shows. */
    private TransportFixture behind(ScriptedServer proxy, UnaryOperator<ProxySettings> settings) {
        TransportConfig config = TransportConfig.builder()
                .proxy(settings.apply(ProxySettings.of("127.0.0.1", proxy.port())))
                .maxConnections(1)
                .build();
        return TransportFixture.start(this, config, proxy);
    }

    /** A URI of a host that no resolver knows, because the proxy has to find the service. */
    private static URI uri(String scheme) {
        return URI.create(scheme + "://service.invalid/api/v2/generate?x=1");
    }

    private static TransportRequest to(String scheme) {
        return TransportRequest.builder("POST", uri(scheme))
                .body(new byte[] {'{', '}'})
                .build();
    }
}
