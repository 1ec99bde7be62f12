package top.neuralbox.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.TransportProvider;

/** What the properties make of a client, asked of the client. */
class ClientFactoryTest {

    private static final LocalNeuralBox SERVICE = LocalNeuralBox.start();
    private static final NeuralBoxConnectionDetails DETAILS = new NeuralBoxConnectionDetails() {
        @Override
        public String apiKey() {
            return LocalNeuralBox.apiKey();
        }

        @Override
        public URI baseUri() {
            return SERVICE.uri();
        }
    };
    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    @AfterEach
    void leaveNoFaultToTheNextTest() {
        SERVICE.behave();
    }

    @AfterAll
    static void stop() {
        SERVICE.close();
    }

    @Test
    void keyAndAddressAloneMakeAClientThatSendsTheHeaderFields() {
        try (NeuralBox neuralBox = client("neuralbox.headers.x-gateway", "a")) {
            assertThat(neuralBox.generate(REQUEST).text()).isNotEmpty();
            assertThat(SERVICE.requests()
                            .get(SERVICE.requests().size() - 1)
                            .headers()
                            .toString())
                    .containsIgnoringCase("x-gateway");
        }
    }

    @Test
    void timeOutOfThePropertiesEndsAStreamThatRests() {
        SERVICE.misbehave(Fault.stallAfter(135));
        try (NeuralBox neuralBox = client("neuralbox.timeouts.idle", "100ms")) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThatThrownBy(() -> neuralBox.generate(REQUEST))
                            .isInstanceOf(GenerationTimeoutException.class));
        }
    }

    @Test
    void allSettingsOfTheBuilderCanBeProperties() {
        try (NeuralBox neuralBox = client(
                "neuralbox.name", "chat",
                "neuralbox.max-connections", "7",
                "neuralbox.protocols", "http-1-1",
                "neuralbox.timeouts.connect", "3s",
                "neuralbox.timeouts.response-head", "4s",
                "neuralbox.timeouts.first-event", "5s",
                "neuralbox.timeouts.event-idle", "7s",
                "neuralbox.timeouts.total", "1m",
                "neuralbox.retry.max-retries", "0",
                "neuralbox.retry.first-delay", "100ms",
                "neuralbox.retry.max-delay", "1s",
                "neuralbox.retry.max-wait", "2s",
                "neuralbox.limits.line", "64K",
                "neuralbox.limits.event", "128K",
                "neuralbox.limits.stream", "1M",
                "neuralbox.limits.error-body", "8K",
                "neuralbox.limits.answer", "1M",
                "neuralbox.limits.kept-text", "1000",
                "neuralbox.admission.max-calls", "2",
                "neuralbox.admission.max-calls-per-tenant", "1",
                "neuralbox.admission.max-queued", "3",
                "neuralbox.admission.max-wait", "9s",
                "neuralbox.admission.wait-for-budget", "true")) {
            assertThat(neuralBox.toString()).contains("chat");
        }
    }

    @Test
    void budgetOfThePropertiesRefuses() {
        NeuralBoxConfig config =
                Properties.bound("neuralbox.budget.limits[0].credits", "0", "neuralbox.budget.limits[0].window", "24h");
        try (NeuralBox neuralBox = ClientFactory.builder(config, DETAILS)
                .budget(ClientFactory.budget(config.budget()).build())
                .build()) {
            assertThatThrownBy(() -> neuralBox.generate(GenerationRequest.builder()
                            .model("gpt-5")
                            .prompt("Write a haiku")
                            .estimatedCredits(BigDecimal.ONE)
                            .build()))
                    .isInstanceOf(BudgetExceededException.class);
        }
    }

    @Test
    void transportThatIsNotThereIsRefusedByName() {
        assertThatThrownBy(() -> TransportProvider.choose("pigeon"))
                .hasMessageContaining("pigeon")
                .hasMessageContaining("httpclient");
    }

    @Test
    void userOfTheProxyWithoutAPasswordIsRefusedByName() {
        NeuralBoxConfig config =
                Properties.bound("neuralbox.proxy.host", "localhost", "neuralbox.proxy.username", "user");

        assertThatThrownBy(() -> ClientFactory.transportConfig(config))
                .hasMessageContaining("neuralbox.proxy.username")
                .hasMessageContaining("neuralbox.proxy.password");
    }

    @Test
    void negativeTimeToShutDownIsRefusedByName() {
        assertThatThrownBy(() -> client("neuralbox.shutdown-timeout", "-1s"))
                .hasMessageContaining("neuralbox.shutdown-timeout");
    }

    @Test
    void keyThatIsNotSetIsNone() {
        NeuralBoxConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(NeuralBoxConfig.class)
                .build()
                .getConfigMapping(NeuralBoxConfig.class);

        assertThatThrownBy(() -> NeuralBoxProducer.details(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no API key is set");
    }

    /** An environment variable may be set to nothing. */
    @Test
    void blankKeyIsNoneAndASentenceSaysSo() {
        assertThatThrownBy(() -> NeuralBoxProducer.details(Properties.bound("neuralbox.api-key", " ")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no API key is set")
                .hasMessageContaining("neuralbox.api-key");
    }

    /** Files and secrets often end with one. */
    @Test
    void lineBreakAtTheEndOfTheKeyIsIgnored() {
        NeuralBoxConfig config = Properties.bound(
                "neuralbox.api-key",
                LocalNeuralBox.apiKey() + "\n",
                "neuralbox.base-uri",
                SERVICE.uri().toString());
        try (NeuralBox neuralBox =
                ClientFactory.builder(config, NeuralBoxProducer.details(config)).build()) {
            assertThat(neuralBox.generate(REQUEST).text()).isNotEmpty();
        }
    }

    @Test
    void keyWithASpaceInItIsRefusedByNameAndIsNotInTheMessage() {
        NeuralBoxConfig config = Properties.bound("neuralbox.api-key", "nb_first second");

        assertThatThrownBy(() -> NeuralBoxProducer.details(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("neuralbox.api-key")
                .hasMessageNotContaining("first")
                .hasMessageNotContaining("second");
    }

    private static NeuralBox client(String... namesAndValues) {
        NeuralBoxConfig config = Properties.bound(namesAndValues);
        return ClientFactory.builder(config, DETAILS)
                .transportConfig(ClientFactory.transportConfig(config))
                .build();
    }
}
