package top.neuralbox.spring.boot;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.BudgetMetrics;

/** Gauges of what the budget has left. */
@AutoConfiguration(after = {NeuralBoxAutoConfiguration.class, NeuralBoxMetricsAutoConfiguration.class})
@ConditionalOnClass({BudgetMetrics.class, MeterRegistry.class})
@ConditionalOnProperty(name = "neuralbox.metrics.enabled", matchIfMissing = true)
@EnableConfigurationProperties({NeuralBoxProperties.class, NeuralBoxMetricsProperties.class})
final class NeuralBoxBudgetMetricsAutoConfiguration {

    NeuralBoxBudgetMetricsAutoConfiguration() {}

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @ConditionalOnBean({MeterRegistry.class, CreditBudget.class})
    BudgetMetrics neuralBoxBudgetMetrics(
            MeterRegistry registry,
            CreditBudget budget,
            NeuralBoxProperties properties,
            NeuralBoxMetricsProperties metrics) {
        return BudgetMetrics.watch(registry, budget, properties.name(), metrics.budgetTenants());
    }
}
