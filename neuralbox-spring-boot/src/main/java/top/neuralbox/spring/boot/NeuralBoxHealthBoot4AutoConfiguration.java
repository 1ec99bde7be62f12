package top.neuralbox.spring.boot;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;

/**
 * The health indicator, with the names of Boot 4.
 */
@AutoConfiguration(after = NeuralBoxAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
@ConditionalOnBean(LastOutcomes.class)
@ConditionalOnProperty(name = "management.health.neuralbox.enabled", matchIfMissing = true)
final class NeuralBoxHealthBoot4AutoConfiguration {

    NeuralBoxHealthBoot4AutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "neuralBoxHealthIndicator")
    HealthIndicator neuralBoxHealthIndicator(LastOutcomes outcomes) {
        return () -> Health.status(new Status(outcomes.state().name()))
                .withDetails(outcomes.details())
                .build();
    }
}
