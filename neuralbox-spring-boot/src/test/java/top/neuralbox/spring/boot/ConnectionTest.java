package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

/** The way to the service: certificates, a proxy, a key that is replaced. */
class ConnectionTest {

    private static final Script BALANCE =
            Script.response(200, "{\"token_balance\": 283, \"plan\": \"starter\"}", "Content-Type: application/json");

    private final ApplicationContextRunner withoutKey = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, NeuralBoxAutoConfiguration.class))
            .withPropertyValues("neuralbox.retry.max-retries=0");
    private final ApplicationContextRunner runner =
            withoutKey.withPropertyValues("neuralbox.api-key=" + LocalNeuralBox.apiKey());

    @Test
    void authorityOfTheSslBundleIsTrustedAndNoOther() {
        try (ScriptedServer server =
                ScriptedServer.startTls(TestCertificates.shared().server()).answerAlways(BALANCE)) {
            ApplicationContextRunner secure = runner.withPropertyValues(
                    "neuralbox.base-uri=" + server.uri(),
                    "spring.ssl.bundle.pem.ours.truststore.certificate=" + authority());

            secure.withPropertyValues("neuralbox.ssl-bundle=ours")
                    .run(context -> assertThat(credits(context.getBean(NeuralBox.class)))
                            .isEqualTo("283"));
            secure.run(context -> assertThatThrownBy(() -> credits(context.getBean(NeuralBox.class)))
                    .isInstanceOf(ConnectionException.class));
        }
    }

    @Test
    void certificateOfTheSslBundleIsShownToTheService() {
        SSLParameters mutual = new SSLParameters();
        mutual.setNeedClientAuth(true);
        try (ScriptedServer server = ScriptedServer.startTls(
                        TestCertificates.shared().server(), mutual)
                .answerAlways(BALANCE)) {
            ApplicationContextRunner secure = runner.withPropertyValues(
                    "neuralbox.base-uri=" + server.uri(),
                    "neuralbox.ssl-bundle=ours",
                    "spring.ssl.bundle.pem.ours.truststore.certificate=" + authority());

            X509KeyManager keys = TestCertificates.shared().clientKeyManager();
            String alias = keys.getClientAliases("EC", null)[0];
            secure.withPropertyValues(
                            "spring.ssl.bundle.pem.ours.keystore.certificate="
                                    + pem("CERTIFICATE", encoded(keys.getCertificateChain(alias)[0])),
                            "spring.ssl.bundle.pem.ours.keystore.private-key="
                                    + pem(
                                            "PRIVATE KEY",
                                            keys.getPrivateKey(alias).getEncoded()))
                    .run(context -> assertThat(credits(context.getBean(NeuralBox.class)))
                            .isEqualTo("283"));
            secure.run(context -> assertThatThrownBy(() -> credits(context.getBean(NeuralBox.class)))
                    .isInstanceOf(ConnectionException.class));
        }
    }

    @Test
    void requestsGoThroughTheProxyWithItsCredentials() {
        try (ScriptedServer proxy = ScriptedServer.start().answerAlways(BALANCE)) {
            runner.withPropertyValues(
                            "neuralbox.base-uri=http://neuralbox.invalid",
                            "neuralbox.allow-clear-text=true",
                            "neuralbox.proxy.host=127.0.0.1",
                            "neuralbox.proxy.port=" + proxy.port(),
                            "neuralbox.proxy.username=user",
                            "neuralbox.proxy.password=secret")
                    .run(context -> assertThat(credits(context.getBean(NeuralBox.class)))
                            .isEqualTo("283"));

            assertThat(proxy.received().get(0).headers().toString())
                    .contains("neuralbox.invalid")
                    .contains(Base64.getEncoder().encodeToString("user:secret".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void keyOfTheConnectionDetailsMayChangeWhileTheClientRuns() {
        AtomicReference<String> key = new AtomicReference<>("nb_" + "1".repeat(45));
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            runner.withPropertyValues("neuralbox.base-uri=")
                    .withBean(NeuralBoxConnectionDetails.class, () -> new NeuralBoxConnectionDetails() {
                        @Override
                        public String apiKey() {
                            return key.get();
                        }

                        @Override
                        public URI baseUri() {
                            return service.uri();
                        }
                    })
                    .run(context -> {
                        NeuralBox neuralBox = context.getBean(NeuralBox.class);
                        neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));

                        key.set("nb_" + "2".repeat(45));
                        neuralBox.generate(GenerationRequest.of("gpt-5", "Write another"));

                        assertThat(service.requests())
                                .extracting(request -> request.header("authorization"))
                                .containsExactly("Bearer nb_" + "1".repeat(45), "Bearer nb_" + "2".repeat(45));
                    });
        }
    }

    /** Files and secrets often end with one. */
    @Test
    void lineBreakAtTheEndIsNoPartOfTheKey() {
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            withoutKey
                    .withPropertyValues("neuralbox.base-uri=" + service.uri())
                    .withInitializer(property("neuralbox.api-key", LocalNeuralBox.apiKey() + "\n"))
                    .run(context -> assertThat(context.getBean(NeuralBox.class)
                                    .generate(GenerationRequest.of("gpt-5", "Write a haiku"))
                                    .text())
                            .isNotEmpty());
        }
    }

    @Test
    void keyWithASpaceInsideIsRefusedByNameAndNotShown() {
        withoutKey.withPropertyValues("neuralbox.api-key=nb_1234 5678").run(context -> {
            assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("neuralbox.api-key");
            assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("nb_1234");
        });
    }

    /** An environment variable that is not set arrives as an empty property, if it has an empty default. */
    @Test
    void blankBaseUriIsNone() {
        runner.withInitializer(property("neuralbox.base-uri", " "))
                .run(context -> assertThat(context.getBean(NeuralBoxConnectionDetails.class)
                                .baseUri())
                        .isNull());
    }

    @Test
    void encodedSlashOfTheBaseUriStaysOne() {
        runner.withPropertyValues("neuralbox.base-uri=https://gateway.example/a%2Fb")
                .run(context -> assertThat(context.getBean(NeuralBoxConnectionDetails.class)
                                .baseUri())
                        .hasToString("https://gateway.example/a%2Fb"));
    }

    /** A property as it is: the runner's own are trimmed. */
    private static ApplicationContextInitializer<ConfigurableApplicationContext> property(String name, String value) {
        return context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("a file", Map.of(name, value)));
    }

    private static String credits(NeuralBox neuralBox) {
        return String.valueOf(neuralBox.account().balance().credits());
    }

    private static String authority() {
        return pem(
                "CERTIFICATE", encoded(TestCertificates.shared().trustManager().getAcceptedIssuers()[0]));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
