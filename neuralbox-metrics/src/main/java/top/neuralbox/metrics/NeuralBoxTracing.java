package top.neuralbox.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;

/**
 * Makes one observation of each generation, from the call to its end; with Micrometer Tracing, this is one client span. Each
 * attempt carries the trace context, in the header fields that the application's propagator sets.
 *
 * <pre>{@code
 * NeuralBox neuralBox = NeuralBox.builder().listener(NeuralBoxTracing.create(observationRegistry)).build();
 * }</pre>
 *
 * <p>The parent is the observation that is current on the calling thread. No scope is opened, because a generation has no
 * thread of its own. A generation that the caller cancels is not an error of the span; the span's {@code outcome} shows it.
 *
 * <p>Thread-safe. Independent of {@link NeuralBoxMetrics}, whose meters it does not record again.
 *
 * @since 0.1.0
 */
public final class NeuralBoxTracing implements GenerationListener {

    private static final Observer NOT_OBSERVED = outcome -> {};

    private final ObservationRegistry registry;
    private final GenerationConvention convention = new GenerationConvention();

    private NeuralBoxTracing(ObservationRegistry registry) {
        this.registry = registry;
    }

    /** Creates a listener that observes in this registry. */
    public static NeuralBoxTracing create(ObservationRegistry registry) {
        return new NeuralBoxTracing(Objects.requireNonNull(registry, "registry"));
    }

    @Override
    public Observer started(GenerationInfo info) {
        if (registry.isNoop()) {
            return NOT_OBSERVED;
        }
        GenerationObservationContext context = new GenerationObservationContext(info);
        // Without a convention of ours in the first place, so that one of the application comes first.
        Observation observation = Observation.createNotStarted(
                (ObservationConvention<GenerationObservationContext>) null, convention, () -> context, registry);
        try {
            return new Observed(context, observation.start());
        } catch (Throwable t) {
            // A handler of the application threw. Without this, the span that another one has begun would never end.
            observation.stop();
            throw t;
        }
    }

    private static final class Observed implements Observer {

        private final GenerationObservationContext context;
        private final Observation observation;
        private final long startedAt = System.nanoTime();
        private boolean anyDelta;

        Observed(GenerationObservationContext context, Observation observation) {
            this.context = context;
            this.observation = observation;
        }

        @Override
        public Map<String, String> requestHeaders() {
            return Objects.requireNonNull(context.getCarrier());
        }

        @Override
        public void begun(@Nullable String id, @Nullable String model) {
            context.begun(id, model);
        }

        @Override
        public void delta(int chars, int bytes, long nanoTime) {
            if (!anyDelta && context.info().streams()) {
                anyDelta = true;
                context.firstDelta(Duration.ofNanos(nanoTime - startedAt));
            }
        }

        @Override
        public void ended(GenerationOutcome outcome) {
            context.ended(outcome);
            try {
                if (outcome.error() != null && outcome.kind() != GenerationOutcome.Kind.CANCELLED) {
                    observation.error(outcome.error());
                }
            } finally {
                // A handler of the application may throw. Without this, its span would never end.
                observation.stop();
            }
        }
    }
}
