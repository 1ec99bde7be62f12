package top.neuralbox.spring.ai;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains, below the words of Spring Boot, what a chosen model of NeuralBox needs. */
final class NoClientFailureAnalyzer extends AbstractFailureAnalyzer<NoClientException> {

    NoClientFailureAnalyzer() {}

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoClientException cause) {
        return new FailureAnalysis(
                NeuralBoxChatAutoConfiguration.PROPERTY + " is " + NeuralBoxChatAutoConfiguration.NAME
                        + ", but there is no NeuralBox client, because no API key is set or the starter is missing.",
                "Set the property neuralbox.api-key, for example to ${NEURALBOX_API_KEY}, and add"
                        + " neuralbox-spring-boot-starter. If neuralbox.enabled is false, set it to true. Or declare a bean of"
                        + " the type NeuralBox.",
                cause);
    }
}
