package top.neuralbox.spring.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code spring.ai.neuralbox.chat.*}.
 *
 * @param options Options of prompts that do not set their own.
 */
@ConfigurationProperties("spring.ai.neuralbox.chat")
record NeuralBoxChatProperties(@DefaultValue Options options) {

    /**
     * The options.
     *
     * @param model Model that answers.
     * @param temperature Temperature of the model.
     * @param maxTokens Most tokens of the language model that an answer may have.
     */
    record Options(
            @Nullable String model,
            @Nullable Double temperature,
            @Nullable Integer maxTokens) {}
}
