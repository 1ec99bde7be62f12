package top.neuralbox.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import top.neuralbox.NeuralBox;

/** Explains that there is no key. Boot would explain that there is no bean. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingKeyFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

    MissingKeyFailureAnalyzer() {}

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        if (cause.getNumberOfBeansFound() > 0 || cause.getBeanType() != NeuralBox.class) {
            return null;
        }
        return new FailureAnalysis(
                "A NeuralBox client is injected, but there is none, because no API key is set.",
                "Set the property neuralbox.api-key, for example to ${NEURALBOX_API_KEY}, or add a bean of the type"
                        + " NeuralBoxConnectionDetails. If neuralbox.enabled is false, set it to true.",
                cause);
    }
}
