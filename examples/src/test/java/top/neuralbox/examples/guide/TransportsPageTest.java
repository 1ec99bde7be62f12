package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

@ExtendWith(Guide.class)
class TransportsPageTest {

    private final GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

    @Test
    void transportThatIsChosenInCode(Guide guide) {
        try (Transport transport = HttpClientTransport.create();
                NeuralBox neuralBox = NeuralBox.builder().transport(transport).build()) {
            GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");
            System.out.println(neuralBox.generate(request).text());
        }

        assertThat(guide.printed()).startsWith("Here is a short story");
        assertThat(guide.service().requests().get(0).header("User-Agent")).contains("httpclient");
    }

    @Test
    void transportThatIsFoundTakesSettings() {
        NeuralBox neuralBox = NeuralBox.builder()
                .transportConfig(TransportConfig.builder().maxConnections(200).build())
                .build();

        assertThat(neuralBox.generate(request).text()).isNotEmpty();
        neuralBox.close();
    }

    @Test
    void authorityOfACompanyIsTrusted(@TempDir Path folder) throws Exception {
        TestCertificates company = TestCertificates.shared();
        char[] password = "of-no-worth".toCharArray();
        File file = authority(company, folder, password);

        KeyStore authorities = KeyStore.getInstance(file, password);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        TransportConfig config = TransportConfig.builder()
                .trustManager((X509TrustManager) factory.getTrustManagers()[0])
                .build();

        try (ScriptedServer server = ScriptedServer.startTls(company.server());
                Transport transport = HttpClientTransport.create(config);
                NeuralBox neuralBox = NeuralBox.builder()
                        .baseUri(server.uri())
                        .transport(transport)
                        .build()) {
            server.answer(Script.response(
                    200,
                    "data: {\"type\":\"generation_end\",\"id\":\"gen_1\"}\n\n",
                    "Content-Type: text/event-stream"));

            assertThat(neuralBox.generate(request).id()).isEqualTo("gen_1");
        }
    }

    @Test
    void proxyKeepsItsPasswordToItself() {
        String username = "user";
        String password = "canary";

        TransportConfig config = TransportConfig.builder()
                .proxy(ProxySettings.of("proxy.example", 3128).withCredentials(username, password))
                .build();

        assertThat(config.proxy()).hasToString("proxy.example:3128 with credentials");
    }

    @Test
    void interceptorsSeeEachCall(Guide guide) {
        HttpRequestInterceptor tracing = (message, entity, context) -> message.setHeader("X-Trace", "4711");
        Transport transport = HttpClientTransport.builder()
                .config(TransportConfig.builder().maxConnections(200).build())
                .customize(builder -> builder.addRequestInterceptorFirst(tracing))
                .build();

        try (transport;
                NeuralBox neuralBox = NeuralBox.builder().transport(transport).build()) {
            assertThat(neuralBox.generate(request).text()).isNotEmpty();
        }
        assertThat(guide.service().requests().get(0).header("X-Trace")).isEqualTo("4711");
    }

    @Test
    void vertxOfTheApplicationStaysOpen() throws Exception {
        Vertx vertx = Vertx.vertx();

        VertxTransport transport = VertxTransport.builder()
                .vertx(vertx, new WebClientOptions().setLocalAddress("127.0.0.1"))
                .config(TransportConfig.builder().maxConnections(200).build())
                .build();
        NeuralBox neuralBox = NeuralBox.builder().transport(transport).build();

        assertThat(neuralBox.generateAsync(request).get(20, TimeUnit.SECONDS).text())
                .isNotEmpty();
        neuralBox.close();
        transport.close();
        CompletableFuture<Void> alive = new CompletableFuture<>();
        vertx.runOnContext(alive::complete);
        alive.get(20, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void vertxTransportsOfEachKind() throws Exception {
        Vertx vertx = Vertx.vertx();

        // On a Vertx of its own, with daemon threads.
        VertxTransport own = VertxTransport.create();
        // The same with settings: trust, client certificate, proxy, connections, protocols.
        VertxTransport throughProxy = VertxTransport.create(TransportConfig.builder()
                .proxy(ProxySettings.of("proxy.example", 3128))
                .build());
        // On your Vertx, which stays open.
        VertxTransport shared = VertxTransport.builder().vertx(vertx).build();
        // The same with your options and with settings. A setting replaces the option of the same kind.
        VertxTransport limited = VertxTransport.builder()
                .vertx(vertx, new WebClientOptions().setLocalAddress("127.0.0.1"))
                .config(TransportConfig.builder().maxConnections(200).build())
                .build();

        try (NeuralBox neuralBox = NeuralBox.builder().transport(own).build()) {
            assertThat(neuralBox.generate(request).text()).isNotEmpty();
        }
        own.close();
        throughProxy.close();
        shared.close();
        limited.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static File authority(TestCertificates company, Path folder, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", company.trustManager().getAcceptedIssuers()[0]);
        Path file = folder.resolve("company.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password);
        }
        return file.toFile();
    }
}
