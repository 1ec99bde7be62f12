package top.neuralbox.spring.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.metrics.NeuralBoxTracing;

/**
 * The meters on Boot's registry, and an observation of each generation. Boot 4 moved its own auto-configurations; a name of a
 * class that is not there is passed over.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass({NeuralBoxMetrics.class, MeterRegistry.class})
@ConditionalOnProperty(name = "neuralbox.enabled", matchIfMissing = true)
@EnableConfigurationProperties(NeuralBoxMetricsProperties.class)
final class NeuralBoxMetricsAutoConfiguration {

    /** The name of the observations. */
    private static final String OBSERVATION = "neuralbox.generation";

    NeuralBoxMetricsAutoConfiguration() {}

    /** The last listener, so that it counts what the others throw. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    @ConditionalOnMissingBean
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnProperty(name = "neuralbox.metrics.enabled", matchIfMissing = true)
    NeuralBoxMetrics neuralBoxMetrics(MeterRegistry registry, NeuralBoxMetricsProperties properties) {
        NeuralBoxMetrics.Builder metrics = NeuralBoxMetrics.builder(registry)
                .deltaGaps(properties.deltaGaps())
                .naming(properties.naming());
        if (!properties.models().isEmpty()) {
            metrics.models(properties.models());
        }
        return metrics.build();
    }

    @Bean
    @Order(0)
    @ConditionalOnMissingBean
    @ConditionalOnBean(ObservationRegistry.class)
    @ConditionalOnProperty(name = "neuralbox.tracing.enabled", matchIfMissing = true)
    NeuralBoxTracing neuralBoxTracing(ObservationRegistry registry) {
        return NeuralBoxTracing.create(registry);
    }

    /** Boot makes meters of observations as well, which would count each generation a second time. */
    @Bean
    @ConditionalOnProperty(name = "neuralbox.metrics.enabled", matchIfMissing = true)
    static MeterFilter neuralBoxObservationsAreNoMeters() {
        return MeterFilter.deny(
                id -> id.getName().equals(OBSERVATION) || id.getName().startsWith(OBSERVATION + "."));
    }
}
