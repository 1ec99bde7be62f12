package top.neuralbox.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationOutcome;

/**
 * The timers under {@link MeterNaming#OTEL_GENAI_2026_06}. Only the duration has the tag {@code error.type}, as in the
 * convention. It is {@code none} where the convention omits it, because a meter must keep its tag keys.
 */
final class OpenTelemetryTimers implements GenerationTimers {

    /** The buckets that the convention advises for all three: 10 ms, doubled 13 times. */
    static final Duration[] BUCKETS =
            IntStream.range(0, 14).mapToObj(i -> Duration.ofMillis(10L << i)).toArray(Duration[]::new);

    private final Meter.MeterProvider<Timer> durations;
    private final Timer firstChunk;
    private final Timer outputChunk;

    OpenTelemetryTimers(MeterRegistry registry, @Nullable String model) {
        Tags tags = Tags.of("gen_ai.operation.name", "chat", "gen_ai.provider.name", "neuralbox");
        Tags all = model == null ? tags : tags.and("gen_ai.request.model", model);
        this.durations = timer("duration", "Duration of a generation").tags(all).withRegistry(registry);
        this.firstChunk = timer("time_to_first_chunk", "Time to the first chunk of generated content")
                .tags(all)
                .register(registry);
        this.outputChunk = timer("time_per_output_chunk", "Time between two chunks of generated content")
                .tags(all)
                .register(registry);
    }

    @Override
    public void firstDelta(long nanos) {
        firstChunk.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void gap(long nanos) {
        outputChunk.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ended(GenerationOutcome.Kind outcome, @Nullable ErrorType error, long nanos) {
        durations.withTags("error.type", errorType(outcome, error)).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** The value of {@code error.type}; {@code none} where the convention has no such attribute. */
    static String errorType(GenerationOutcome.Kind outcome, @Nullable ErrorType error) {
        if (error != null) {
            return error.openTelemetryValue();
        }
        return outcome == GenerationOutcome.Kind.CANCELLED ? "cancelled" : "none";
    }

    private static Timer.Builder timer(String name, String description) {
        return Timer.builder("gen_ai.client.operation." + name)
                .description(description)
                .serviceLevelObjectives(BUCKETS);
    }
}
