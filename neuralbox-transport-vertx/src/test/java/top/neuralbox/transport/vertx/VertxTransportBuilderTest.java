package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static top.neuralbox.transport.vertx.Calls.PATIENCE_SECONDS;
import static top.neuralbox.transport.vertx.Calls.failure;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.text;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.contract.host.TunnelProxy;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** Which settings hold where a transport is built on the application's {@code Vertx}. */
class VertxTransportBuilderTest {

    private static final TransportConfig THROUGH_A_PROXY =
            TransportConfig.builder().proxy(ProxySettings.of("localhost", 1)).build();

    /** The engine's message for its own time-out would name another limit, and a stalled handshake would not be tried again. */
    @Test
    void engineConnectsForAsLongAsACallMayWait() {
        WebClientOptions direct = EngineOptions.own(TransportConfig.defaults());
        WebClientOptions proxied = EngineOptions.own(THROUGH_A_PROXY);

        assertThat(direct.getConnectTimeout()).isEqualTo(300_000);
        assertThat(direct.getSslHandshakeTimeout()).isEqualTo(300);
        assertThat(proxied.getProxyOptions().getConnectTimeout()).isEqualTo(Duration.ofMinutes(5));
    }

    /** The call cannot close them. */
    @Test
    void engineSoonGivesUpConnectionsThatTheCallDoesNotKnow() {
        WebClientOptions given = EngineOptions.given(THROUGH_A_PROXY);

        assertThat(EngineOptions.own(THROUGH_A_PROXY).getSslHandshakeTimeout()).isEqualTo(30);
        assertThat(given.getSslHandshakeTimeout()).isEqualTo(30);
        assertThat(given.getConnectTimeout()).isEqualTo(30_000);
        assertThat(given.getProxyOptions().getConnectTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final TestCertificates OTHERS = TestCertificates.create();

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<HttpVersion> spoken = new LinkedBlockingQueue<>();

    @AfterEach
    void closeVertx() {
        vertx.close().await();
    }

    @Test
    void trustOfTheSettingsReplacesThatOfTheOptions() throws Exception {
        try (Http2Server server = server()) {
            TransportConfig knows = TransportConfig.builder()
                    .trustManager(CERTIFICATES.trustManager())
                    .build();
            try (VertxTransport transport = transport(trusting(OTHERS), knows)) {
                assertThat(head(transport.start(to(server.uri()))).status()).isEqualTo(200);
            }

            TransportConfig knowsOthers = TransportConfig.builder()
                    .trustManager(OTHERS.trustManager())
                    .build();
            try (VertxTransport transport = transport(trusting(CERTIFICATES), knowsOthers)) {
                assertThat(failure(transport.start(to(server.uri()))).kind()).isEqualTo(Kind.TLS);
            }
        }
    }

    @Test
    void trustOfTheOptionsHoldsWhereTheSettingsHaveNone() throws Exception {
        try (Http2Server server = server();
                VertxTransport transport = transport(trusting(CERTIFICATES), TransportConfig.defaults())) {
            assertThat(head(transport.start(to(server.uri()))).status()).isEqualTo(200);
        }
    }

    /** The client of that name trusts everybody. */
    @Test
    void sharedClientOfTheApplicationIsNotUsed() throws Exception {
        vertx.createHttpClient(new HttpClientOptions()
                .setShared(true)
                .setName("ours")
                .setSsl(true)
                .setUseAlpn(true)
                .setTrustAll(true)
                .setVerifyHost(false));
        WebClientOptions shared = trusting(OTHERS);
        shared.setShared(true).setName("ours");
        try (Http2Server server = server();
                VertxTransport transport = transport(shared, TransportConfig.defaults())) {
            assertThat(failure(transport.start(to(server.uri()))).kind()).isEqualTo(Kind.TLS);
        }
    }

    @Test
    void openSslTakesNoManager() {
        WebClientOptions openSsl = new WebClientOptions().setSslEngineOptions(new OpenSSLEngineOptions());
        TransportConfig trust = TransportConfig.builder()
                .trustManager(CERTIFICATES.trustManager())
                .build();
        TransportConfig key = TransportConfig.builder()
                .keyManager(CERTIFICATES.clientKeyManager())
                .build();

        for (TransportConfig config : List.of(trust, key)) {
            assertThatThrownBy(() -> transport(openSsl, config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a trust or key manager of the settings needs the JDK's TLS, but the options choose"
                            + " OpenSSL");
        }
    }

    @Test
    void protocolsOfTheSettingsReplaceThoseOfTheOptions() throws Exception {
        try (Http2Server server = server()) {
            WebClientOptions both = new WebClientOptions()
                    .setUseAlpn(true)
                    .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1));
            WebClientOptions first = new WebClientOptions();

            assertThat(spokenWith(server, both, Protocol.HTTP_1_1)).isEqualTo(HttpVersion.HTTP_1_1);
            assertThat(spokenWith(server, first, Protocol.HTTP_2)).isEqualTo(HttpVersion.HTTP_2);
            assertThat(spokenWith(server, first, Protocol.HTTP_1_1, Protocol.HTTP_2))
                    .isEqualTo(HttpVersion.HTTP_2);
            assertThat(spokenWith(server, both)).isEqualTo(HttpVersion.HTTP_2);
            assertThat(spokenWith(server, first)).isEqualTo(HttpVersion.HTTP_1_1);
        }
    }

    @Test
    void proxyOfTheSettingsReplacesThatOfTheOptions() throws Exception {
        try (ScriptedServer unused = ScriptedServer.start();
                ScriptedServer proxy = ScriptedServer.start().answerAlways(Script.response(200, "by proxy"))) {
            WebClientOptions options = new WebClientOptions()
                    .setProxyOptions(proxy(unused.port()))
                    .setNonProxyHosts(List.of("service.test"));
            TransportConfig config = TransportConfig.builder()
                    .proxy(ProxySettings.of("127.0.0.1", proxy.port()))
                    .build();
            try (VertxTransport transport = transport(options, config)) {
                assertThat(text(head(transport.start(to(URI.create("http://service.test/"))))))
                        .isEqualTo("by proxy");
                assertThat(unused.connectionCount()).isZero();
            }
        }
    }

    @Test
    void proxyOfTheOptionsHoldsWhereTheSettingsHaveNone() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start().answerAlways(Script.response(200, "by proxy"))) {
            WebClientOptions options = new WebClientOptions().setProxyOptions(proxy(proxy.port()));
            TransportConfig config = TransportConfig.builder().maxConnections(1).build();
            try (VertxTransport transport = transport(options, config)) {
                assertThat(text(head(transport.start(to(URI.create("http://service.test/"))))))
                        .isEqualTo("by proxy");
            }
        }
    }

    /** A connection has two layers of TLS then: that of the proxy, and in it that of the server. */
    @ParameterizedTest
    @EnumSource(Protocol.class)
    void proxyOfTheOptionsMaySpeakTlsItself(Protocol protocol) throws Exception {
        try (Http2Server server = server();
                TunnelProxy proxy = TunnelProxy.open(CERTIFICATES.server())) {
            WebClientOptions options = trusting(CERTIFICATES)
                    .setProxyOptions(proxy(proxy.settings().port())
                            .setType(ProxyType.HTTPS)
                            .setHost("localhost")
                            .setSslOptions(new ClientSSLOptions()
                                    .setHostnameVerificationAlgorithm("HTTPS")
                                    .setTrustOptions(TrustOptions.wrap(CERTIFICATES.trustManager()))));
            TransportConfig config =
                    TransportConfig.builder().protocols(protocol).build();
            try (VertxTransport transport = transport(options, config)) {
                for (int call = 0; call < 3; call++) {
                    assertThat(head(transport.start(to(server.uri()))).status()).isEqualTo(200);
                }
            }
            assertThat(proxy.heads()).isNotEmpty().allMatch(head -> head.startsWith("CONNECT "));
        }
    }

    @Test
    void limitOfConnectionsIsThatOfTheSettings() throws Exception {
        limitsConnections(new WebClientOptions());
    }

    @Test
    void limitOfConnectionsHoldsBehindTheProxyOfTheOptionsToo() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start().answerAlways(Script.silence())) {
            limitsConnections(new WebClientOptions().setProxyOptions(proxy(proxy.port())));
        }
    }

    @Test
    void optionsAreCopied() throws Exception {
        try (ScriptedServer server = ScriptedServer.start().answerAlways(Script.response(200, "answer"))) {
            WebClientOptions options = new WebClientOptions();
            VertxTransport.Builder builder = VertxTransport.builder().vertx(vertx, options);
            options.setTrustAll(true).setProxyOptions(proxy(1));

            try (VertxTransport transport = builder.build()) {
                assertThat(text(head(transport.start(to(server.uri("/")))))).isEqualTo("answer");
            }
        }
    }

    /** The later of the two methods counts, so no options are left over. */
    @Test
    void vertxAloneHasNoOptions() throws Exception {
        try (ScriptedServer server = ScriptedServer.start().answerAlways(Script.response(200, "answer"))) {
            VertxTransport.Builder builder = VertxTransport.builder()
                    .vertx(vertx, new WebClientOptions().setProxyOptions(proxy(1)))
                    .vertx(vertx);

            try (VertxTransport transport = builder.build()) {
                assertThat(text(head(transport.start(to(server.uri("/")))))).isEqualTo("answer");
                assertThat(transport.vertx()).isSameAs(vertx);
            }
        }
    }

    private void limitsConnections(WebClientOptions options) throws Exception {
        TransportConfig config = TransportConfig.builder().maxConnections(1).build();
        try (ScriptedServer server = ScriptedServer.start().answerAlways(Script.silence());
                VertxTransport transport = transport(options, config)) {
            CompletableFuture<Void> sent = new CompletableFuture<>();
            TransportCall first = transport.start(TransportRequest.builder("POST", server.uri("/"))
                    .onSent(() -> sent.complete(null))
                    .build());
            sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            TransportCall second = transport.start(TransportRequest.builder("POST", server.uri("/"))
                    .connectTimeout(Duration.ofMillis(200))
                    .build());

            assertThat(failure(second))
                    .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.POOL_TIMEOUT))
                    .hasMessageContaining("maxConnections (1)");
            first.cancel();
        }
    }

    private HttpVersion spokenWith(Http2Server server, WebClientOptions options, Protocol... protocols)
            throws Exception {
        TransportConfig.Builder config = TransportConfig.builder().trustManager(CERTIFICATES.trustManager());
        if (protocols.length > 0) {
            config.protocols(protocols);
        }
        try (VertxTransport transport = transport(options, config.build())) {
            assertThat(head(transport.start(to(server.uri()))).status()).isEqualTo(200);
            return spoken.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private VertxTransport transport(WebClientOptions options, TransportConfig config) {
        return VertxTransport.builder().vertx(vertx, options).config(config).build();
    }

    private Http2Server server() {
        return Http2Server.start(CERTIFICATES, 100, this::answer);
    }

    private void answer(HttpServerRequest request) {
        spoken.add(request.version());
        request.response().end();
    }

    private static WebClientOptions trusting(TestCertificates certificates) {
        return new WebClientOptions().setTrustOptions(TrustOptions.wrap(certificates.trustManager()));
    }

    @Test
    void proxyWhoseCertificateNobodyVerifiesIsRefused() {
        WebClientOptions options = new WebClientOptions()
                .setProxyOptions(
                        proxy(1).setType(ProxyType.HTTPS).setSslOptions(new ClientSSLOptions().setTrustAll(true)));
        assertThatThrownBy(() -> transport(options, TransportConfig.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("verification");
    }

    private static ProxyOptions proxy(int port) {
        return new ProxyOptions().setType(ProxyType.HTTP).setHost("127.0.0.1").setPort(port);
    }

    private static TransportRequest to(URI uri) {
        return TransportRequest.builder("POST", uri)
                .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .body(new byte[] {'{', '}'})
                .build();
    }
}
