package top.neuralbox.metrics;

/**
 * The names of a generation's timers. Names are an interface to dashboards, so a constant never changes its meaning, and a
 * newer convention gets its own constant.
 *
 * @since 0.1.0
 */
public enum MeterNaming {
    /**
     * The names of {@link GenerationMeter}. The dashboard {@code neuralbox-client.json} and the rules {@code
     * neuralbox-rules.yml} of this module use them.
     */
    NEURALBOX,

    /**
     * The OpenTelemetry semantic conventions for generative AI as of June 2026, which are not stable. Three timers have the
     * names, attributes and buckets of these conventions instead of ours. Nothing is recorded twice:
     *
     * <ul>
     *   <li>{@code generation.duration} becomes {@code gen_ai.client.operation.duration};
     *   <li>{@code time.to.first.delta} becomes {@code gen_ai.client.operation.time_to_first_chunk};
     *   <li>{@code delta.gap}, which this switches on, becomes {@code gen_ai.client.operation.time_per_output_chunk}.
     * </ul>
     *
     * <p>Everything else keeps our names. Credits are not tokens of a model, so no {@code gen_ai} meter reports them.
     */
    OTEL_GENAI_2026_06,

    /**
     * The OpenTelemetry semantic conventions for generative AI of release 0.1.0, which are in development. As
     * {@link #OTEL_GENAI_2026_06}, with these names:
     *
     * <ul>
     *   <li>{@code generation.duration} becomes {@code gen_ai.client.inference.duration};
     *   <li>{@code time.to.first.delta} becomes {@code gen_ai.client.inference.time_to_first_chunk};
     *   <li>{@code delta.gap}, which this switches on, becomes {@code gen_ai.client.inference.time_per_output_chunk}.
     * </ul>
     *
     * <p>They also have the tags {@code server.address} and {@code server.port}, and with an allow-list of models {@code
     * gen_ai.response.model}. An answer that does not stream has a duration only.
     */
    OTEL_GENAI_0_1
}
