package top.neuralbox.metrics.page;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.util.List;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.BudgetMetrics;
import top.neuralbox.metrics.MeterNaming;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.metrics.NeuralBoxTracing;
import top.neuralbox.transport.Transport;

/**
 * The examples of the documentation, so that the compiler reads them too. A test holds the two together. They are in a package of
 * their own: like an application, they need the imports.
 */
public final class WiringExamples {

    private WiringExamples() {}

    static NeuralBox plain(MeterRegistry registry) {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        NeuralBox neuralBox = NeuralBox.builder().name("chat").listener(metrics).build();
        return neuralBox;
    }

    static NeuralBoxMetrics options(MeterRegistry registry) {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
                .models(List.of("gpt-5", "claude-sonnet-4-5"))
                .tenants(Tenant::current, List.of("acme", "umbrella"))
                .deltaGaps(true)
                .build();
        return metrics;
    }

    public static void clientOfATenant(NeuralBoxMetrics metrics, String tenant, String apiKey, Transport shared) {
        try (NeuralBox neuralBox = NeuralBox.builder()
                .name(tenant)
                .apiKey(apiKey)
                .transport(shared)
                .listener(metrics)
                .build()) {
            neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
        }
        metrics.remove(tenant);
    }

    static BudgetMetrics budget(MeterRegistry registry, CreditBudget budget) {
        BudgetMetrics gauges = BudgetMetrics.watch(registry, budget, "chat", List.of("acme", "umbrella"));
        return gauges;
    }

    static NeuralBox tracing(ObservationRegistry observationRegistry) {
        NeuralBox neuralBox = NeuralBox.builder()
                .listener(NeuralBoxTracing.create(observationRegistry))
                .build();
        return neuralBox;
    }

    static NeuralBoxMetrics openTelemetry(OtlpMeterRegistry registry) {
        registry.config().meterFilter(withoutFillers());
        NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
                .naming(MeterNaming.OTEL_GENAI_0_1)
                .models(List.of("gpt-5", "claude-sonnet-4-5"))
                .build();
        return metrics;
    }

    /** For a registry of OTLP alone: leaves out the attributes that the convention leaves out. */
    public static MeterFilter withoutFillers() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith("gen_ai.")
                        ? id.replaceTags(id.getTags().stream()
                                .filter(tag -> !tag.getValue().equals("none"))
                                .toList())
                        : id;
            }
        };
    }

    /** Whatever an application has. */
    private static final class Tenant {
        static String current() {
            return "acme";
        }
    }
}
