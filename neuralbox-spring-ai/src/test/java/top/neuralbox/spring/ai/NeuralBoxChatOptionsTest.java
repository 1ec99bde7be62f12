package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.test.options.AbstractChatOptionsTests;

/** Spring AI's own suite, and what only NeuralBox has. */
class NeuralBoxChatOptionsTest extends AbstractChatOptionsTests<NeuralBoxChatOptions, NeuralBoxChatOptions.Builder> {

    @Override
    protected Class<NeuralBoxChatOptions> getConcreteOptionsClass() {
        return NeuralBoxChatOptions.class;
    }

    @Override
    protected NeuralBoxChatOptions.Builder readyToBuildBuilder() {
        return NeuralBoxChatOptions.builder()
                .model("gpt-5")
                .temperature(0.9)
                .maxTokens(200)
                .tenant("acme")
                .estimatedCredits(BigDecimal.TEN)
                .bodyField("seed", 7);
    }

    @Test
    void laterOptionsCountAndFieldsAddUp() {
        NeuralBoxChatOptions combined = readyToBuildBuilder()
                .combineWith(NeuralBoxChatOptions.builder()
                        .temperature(0.1)
                        .tenant("globex")
                        .bodyField("style", "dry"))
                .build();

        assertThat(combined)
                .isEqualTo(readyToBuildBuilder()
                        .temperature(0.1)
                        .tenant("globex")
                        .bodyField("style", "dry")
                        .build());
    }

    @Test
    void laterAssistantReplacesTheModel() {
        NeuralBoxChatOptions combined = readyToBuildBuilder()
                .combineWith(NeuralBoxChatOptions.builder().assistantId("42"))
                .build();

        assertThat(combined.getAssistantId()).isEqualTo("42");
        assertThat(combined.getModel()).isNull();
    }

    @Test
    void laterModelReplacesTheAssistantEvenInOptionsOfNoProvider() {
        NeuralBoxChatOptions combined = NeuralBoxChatOptions.builder()
                .assistantId("42")
                .combineWith(ChatOptions.builder().model("gpt-5"))
                .build();

        assertThat(combined.getAssistantId()).isNull();
        assertThat(combined.getModel()).isEqualTo("gpt-5");
    }

    @Test
    void copyOfABuilderIsOfItsOwn() {
        NeuralBoxChatOptions.Builder builder = readyToBuildBuilder();
        NeuralBoxChatOptions before = builder.build();

        builder.clone().bodyField("style", "dry").tenant("globex");

        assertThat(builder.build()).isEqualTo(before);
    }

    @Test
    void textHidesTheTenantAndTheFieldsValues() {
        assertThat(readyToBuildBuilder().bodyField("note", "private").build())
                .asString()
                .contains("gpt-5", "note")
                .doesNotContain("acme")
                .doesNotContain("private");
    }
}
