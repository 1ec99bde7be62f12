package top.neuralbox.spring.boot;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import top.neuralbox.metrics.MeterNaming;

/**
 * The properties {@code neuralbox.metrics.*}, apart from the others because their types need the metrics' artifact.
 *
 * @param enabled Whether generations are recorded on the registry.
 * @param models Models that are values of the tag model; any other model is counted as other. Without any there is no such
 *     tag.
 * @param deltaGaps Whether each gap between two pieces is recorded.
 * @param naming Names of the timers.
 * @param budgetTenants Tenants for which there are gauges of what the budget has left.
 */
@ConfigurationProperties("neuralbox.metrics")
record NeuralBoxMetricsProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue List<String> models,
        @DefaultValue("false") boolean deltaGaps,
        @DefaultValue("neuralbox") MeterNaming naming,
        @DefaultValue List<String> budgetTenants) {}
