package top.neuralbox.benchmarks.endtoend;

import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.UnaryOperator;
import top.neuralbox.Admission;
import top.neuralbox.Limits;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.metrics.NeuralBoxTracing;

/** A setting of a client that is not the default, or that an application may add. */
enum Feature {
    /** No text is kept for a partial result. */
    WITHOUT_TEXT(client -> client.limits(Limits.builder().keptText(0).build())),
    /** Meters in a registry of Prometheus. */
    METRICS(client -> client.listener(NeuralBoxMetrics.builder(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
            .build())),
    /** A span of OpenTelemetry for each generation, which nobody exports. */
    TRACING(client -> client.listener(NeuralBoxTracing.create(spans()))),
    /** A budget in memory that is never used up. */
    BUDGET(client -> client.budget(CreditBudget.builder()
            .limit(BigDecimal.valueOf(1_000_000_000), Duration.ofHours(1))
            .estimate(request -> BigDecimal.ONE)
            .build())),
    /** More places than any run uses. */
    ADMISSION(client ->
            client.admission(Admission.builder(NeuralBoxClients.MOST_STREAMS).build()));

    @SuppressWarnings("ImmutableEnumChecker") // made of a lambda without state
    private final UnaryOperator<NeuralBox.Builder> setting;

    Feature(UnaryOperator<NeuralBox.Builder> setting) {
        this.setting = setting;
    }

    void switchOn(NeuralBox.Builder client) {
        NeuralBox.Builder unused = setting.apply(client);
    }

    private static ObservationRegistry spans() {
        Tracer otel = SdkTracerProvider.builder().build().get("benchmarks");
        OtelTracer tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), event -> {});
        ContextPropagators propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig()
                .observationHandler(new PropagatingSenderTracingObservationHandler<>(
                        tracer, new OtelPropagator(propagators, otel)));
        return registry;
    }
}
