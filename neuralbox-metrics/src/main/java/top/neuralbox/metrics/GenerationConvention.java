package top.neuralbox.metrics;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;

/**
 * The names and key values of an observed generation. Bounded values have low cardinality. They are present from the start,
 * with {@code none} for a value that is not known yet. All other values, above all the model, go only to the span.
 */
final class GenerationConvention implements ObservationConvention<GenerationObservationContext> {

    private static final String NONE = "none";

    /**
     * The name does not begin with {@code neuralbox.client}. A handler that makes meters of observations appends
     * {@code .active} to it, and {@code neuralbox.client.generation.active} is already a meter.
     */
    @Override
    public String getName() {
        return "neuralbox.generation";
    }

    @Override
    public String getContextualName(GenerationObservationContext context) {
        String model = context.info().model();
        return model == null ? "chat" : "chat " + model;
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof GenerationObservationContext;
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(GenerationObservationContext context) {
        GenerationOutcome outcome = context.outcome();
        return KeyValues.of(
                "client",
                context.info().client(),
                "transport",
                context.info().transport(),
                "gen_ai.operation.name",
                "chat",
                "gen_ai.provider.name",
                "neuralbox",
                "outcome",
                outcome == null ? NONE : outcome.kind().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(GenerationObservationContext context) {
        GenerationInfo info = context.info();
        KeyValues known =
                KeyValues.of("server.address", info.serverAddress(), "server.port", String.valueOf(info.serverPort()));
        known = and(known, "gen_ai.request.stream", info.streams() ? "true" : null);
        known = and(known, "gen_ai.request.model", info.model());
        known = and(known, "gen_ai.request.max_tokens", info.maxTokens());
        known = and(known, "gen_ai.request.temperature", info.temperature());
        known = and(known, "gen_ai.response.id", context.responseId());
        known = and(known, "gen_ai.response.model", context.responseModel());
        Duration firstDelta = context.timeToFirstDelta();
        known = and(known, "gen_ai.response.time_to_first_chunk", firstDelta == null ? null : seconds(firstDelta));
        GenerationOutcome outcome = context.outcome();
        return outcome == null ? known : and(known, outcome);
    }

    private static KeyValues and(KeyValues before, GenerationOutcome outcome) {
        KeyValues known = before;
        known = known.and(
                "neuralbox.attempts",
                String.valueOf(outcome.attempts()),
                "neuralbox.billing.state",
                outcome.billingState().name().toLowerCase(Locale.ROOT));
        Billing billing = outcome.billing();
        known = and(known, "neuralbox.credits.used", billing == null ? null : plain(billing.creditsUsed()));
        NeuralBoxException error = outcome.error();
        ErrorType type = ErrorType.of(error);
        // Absent without an error: for the convention, its presence is the error.
        known = and(known, "error.type", type == null ? null : type.openTelemetryValue());
        known = and(known, "neuralbox.error.type", type == null ? null : type.value());
        known = and(known, "neuralbox.request.id", error == null ? null : error.requestId());
        Integer status = error == null ? null : error.status();
        return and(known, "http.response.status_code", status);
    }

    private static KeyValues and(KeyValues known, String key, @Nullable Object value) {
        return value == null ? known : known.and(key, String.valueOf(value));
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toNanos(), 9).stripTrailingZeros().toPlainString();
    }

    private static @Nullable String plain(@Nullable BigDecimal figure) {
        return figure == null ? null : figure.toPlainString();
    }
}
