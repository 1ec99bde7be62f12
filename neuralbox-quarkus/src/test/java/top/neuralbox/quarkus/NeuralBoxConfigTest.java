package top.neuralbox.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigValidationException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.metrics.MeterNaming;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.TransportConfig;

class NeuralBoxConfigTest {

    @Test
    void keyAndOtherSecretsAreInNoText() {
        NeuralBoxConfig config = Properties.bound(
                "neuralbox.headers.x-gateway", "gateway-secret",
                "neuralbox.proxy.host", "proxy.example",
                "neuralbox.proxy.password", "proxy-secret");

        assertThat(config + " " + config.proxy())
                .contains("proxy.example")
                .doesNotContain(LocalNeuralBox.apiKey())
                .doesNotContain("gateway-secret")
                .doesNotContain("proxy-secret");
    }

    @Test
    void propertiesOfAllKindsAreBound() {
        NeuralBoxConfig config = Properties.bound(
                "neuralbox.base-uri", "https://gateway.example/neuralbox",
                "neuralbox.name", "chat",
                "neuralbox.headers.x-team", "a",
                "neuralbox.protocols", "http-1-1",
                "neuralbox.shutdown-timeout", "3s",
                "neuralbox.limits.line", "64K",
                "neuralbox.budget.limits[0].credits", "12.5",
                "neuralbox.budget.limits[0].window", "24h",
                "neuralbox.budget.request-limits[0].requests", "100",
                "neuralbox.budget.request-limits[0].window", "1h",
                "neuralbox.metrics.models", "gpt-5,claude-sonnet-4-5",
                "neuralbox.metrics.naming", "otel-genai-2026-06");

        assertThat(config.apiKey().orElseThrow().get()).isEqualTo(LocalNeuralBox.apiKey());
        assertThat(config.baseUri()).contains(URI.create("https://gateway.example/neuralbox"));
        assertThat(config.name()).isEqualTo("chat");
        assertThat(config.headers().get("x-team").get()).isEqualTo("a");
        assertThat(config.protocols()).contains(List.of(TransportConfig.Protocol.HTTP_1_1));
        assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.limits().line().orElseThrow().asLongValue()).isEqualTo(64 << 10);
        assertThat(config.budget().limits().get(0).credits()).isEqualTo(new BigDecimal("12.5"));
        assertThat(config.budget().limits().get(0).window()).isEqualTo(Duration.ofDays(1));
        assertThat(config.budget().requestLimits().get(0).requests()).isEqualTo(100);
        assertThat(config.metrics().models()).contains(List.of("gpt-5", "claude-sonnet-4-5"));
        assertThat(config.metrics().naming()).isEqualTo(MeterNaming.OTEL_GENAI_2026_06);
    }

    @Test
    void propertyThatIsMisspelledIsRefusedByName() {
        assertThatThrownBy(() -> Properties.bound("neuralbox.timeouts.first-evnt", "5s"))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining("neuralbox.timeouts.first-evnt");
    }
}
