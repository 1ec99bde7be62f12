package top.neuralbox.spring.boot;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.BudgetMetrics;

/** Gauges of what the budget has left. */
@AutoConfiguration(after = {NeuralBoxAutoConfiguration.class, NeuralBoxMetricsAutoConfiguration.class})
@ConditionalOnClass({BudgetMetrics.class, MeterRegistry.class})
@ConditionalOnProperty(name = "neuralbox.metrics.enabled", matchIfMissing = true)
@EnableConfigurationProperties({NeuralBoxProperties.class, NeuralBoxMetricsProperties.class})
final class NeuralBoxBudgetMetricsAutoConfiguration {

    NeuralBoxBudgetMetricsAutoConfiguration() {}

    /** The budget counts under the name of its client, which a customizer or the application may have given. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnSingleCandidate(CreditBudget.class)
    BudgetMetrics neuralBoxBudgetMetrics(
            MeterRegistry registry,
            CreditBudget budget,
            ObjectProvider<NeuralBox> clients,
            NeuralBoxProperties properties,
            NeuralBoxMetricsProperties metrics) {
        NeuralBox client = clients.getIfUnique();
        String name = client == null ? properties.name() : client.name();
        return BudgetMetrics.watch(registry, budget, name, metrics.budgetTenants());
    }
}
