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
                        + ", but there is no NeuralBox client to use: no API key is set, the starter is missing, or there"
                        + " are several NeuralBox beans and none of them is the primary one.",
                "Set the property neuralbox.api-key, for example to ${NEURALBOX_API_KEY}, and add"
                        + " neuralbox-spring-boot-starter. If neuralbox.enabled is false, set it to true. Or declare a bean of"
                        + " the type NeuralBox. If there are several, mark one with @Primary.",
                cause);
    }
}
