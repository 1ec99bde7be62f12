package top.neuralbox.spring.boot;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import top.neuralbox.NeuralBox;

/**
 * The actuator's endpoint, if there is one client, or a primary one. Boot exposes none but the health unless it is told to.
 */
@AutoConfiguration(after = NeuralBoxAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.annotation.Endpoint")
@ConditionalOnSingleCandidate(NeuralBox.class)
@ConditionalOnBean(LastOutcomes.class)
final class NeuralBoxEndpointAutoConfiguration {

    NeuralBoxEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    NeuralBoxEndpoint neuralBoxEndpoint(NeuralBox neuralBox, LastOutcomes outcomes) {
        return new NeuralBoxEndpoint(neuralBox, outcomes);
    }
}
