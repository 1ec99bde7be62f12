package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/** How parameters of a request go over those of the model. */
class NeuralBoxChatRequestParametersTest {

    private final NeuralBoxChatRequestParameters defaults = NeuralBoxChatRequestParameters.builder()
            .modelName("gpt-5")
            .temperature(0.5)
            .tenant("acme")
            .estimatedCredits(BigDecimal.TEN)
            .bodyField("seed", 42)
            .build();

    @Test
    void aRequestKeepsWhatItDoesNotSet() {
        NeuralBoxChatRequestParameters both = defaults.overrideWith(
                ChatRequestParameters.builder().temperature(1.0).build());

        assertThat(both)
                .isEqualTo(NeuralBoxChatRequestParameters.builder()
                        .modelName("gpt-5")
                        .temperature(1.0)
                        .tenant("acme")
                        .estimatedCredits(BigDecimal.TEN)
                        .bodyField("seed", 42)
                        .build());
    }

    @Test
    void aRequestOverridesWhatItSets() {
        NeuralBoxChatRequestParameters both = defaults.overrideWith(NeuralBoxChatRequestParameters.builder()
                .tenant("umbrella")
                .estimatedCredits(BigDecimal.ONE)
                .bodyField("seed", 43)
                .bodyField("more", true)
                .build());

        assertThat(both.tenant()).isEqualTo("umbrella");
        assertThat(both.estimatedCredits()).isEqualByComparingTo("1");
        assertThat(both.bodyFields()).containsEntry("seed", 43).containsEntry("more", true);
        assertThat(both.modelName()).isEqualTo("gpt-5");
    }

    @Test
    void parametersOfLangChain4jAreCompletedByOurs() {
        ChatRequestParameters both =
                ChatRequestParameters.builder().temperature(1.0).build().overrideWith(defaults);

        assertThat(both).isInstanceOf(NeuralBoxChatRequestParameters.class);
        assertThat(((NeuralBoxChatRequestParameters) both).tenant()).isEqualTo("acme");
        assertThat(defaults.defaultedBy(ChatRequestParameters.builder()
                                .maxOutputTokens(7)
                                .build())
                        .maxOutputTokens())
                .isEqualTo(7);
    }

    @Test
    void anAssistantOfTheRequestReplacesTheModel() {
        NeuralBoxChatRequestParameters both = defaults.overrideWith(
                NeuralBoxChatRequestParameters.builder().assistantId("poet").build());

        assertThat(both.assistantId()).isEqualTo("poet");
        assertThat(both.modelName()).isNull();
    }

    @Test
    void aModelOfTheRequestReplacesTheAssistant() {
        NeuralBoxChatRequestParameters both = NeuralBoxChatRequestParameters.builder()
                .assistantId("poet")
                .build()
                .overrideWith(ChatRequestParameters.builder().modelName("gpt-5").build());

        assertThat(both.modelName()).isEqualTo("gpt-5");
        assertThat(both.assistantId()).isNull();
    }

    @Test
    void differentParametersAreNotEqual() {
        assertThat(defaults)
                .isNotEqualTo(defaults.overrideWith(NeuralBoxChatRequestParameters.builder()
                        .tenant("umbrella")
                        .build()))
                .hasSameHashCodeAs(
                        defaults.overrideWith(ChatRequestParameters.builder().build()));
    }

    @Test
    void neitherTenantNorFieldsAreInToString() {
        assertThat(defaults.toString()).contains("gpt-5", "seed").doesNotContain("acme", "42");
    }
}
