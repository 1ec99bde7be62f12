package top.neuralbox.metrics;

/**
 * How the timers of a generation are named. Names are an interface to dashboards: a constant never changes what it means,
 * and a newer convention gets a constant of its own.
 *
 * @since 0.1.0
 */
public enum MeterNaming {
    /** The names of {@link GenerationMeter}. The dashboards and alert rules that come with this module use them. */
    NEURALBOX,

    /**
     * The OpenTelemetry semantic conventions for generative AI as of June 2026, which are not stable. Three timers take
     * their names, attributes and buckets in place of ours, and nothing is recorded twice:
     *
     * <ul>
     *   <li>{@code generation.duration} becomes {@code gen_ai.client.operation.duration};
     *   <li>{@code time.to.first.delta} becomes {@code gen_ai.client.operation.time_to_first_chunk};
     *   <li>{@code delta.gap}, which this switches on, becomes {@code gen_ai.client.operation.time_per_output_chunk}.
     * </ul>
     *
     * <p>Everything else keeps our names. Credits are not tokens of a model, so no {@code gen_ai} meter tells of them.
     */
    OTEL_GENAI_2026_06
}
