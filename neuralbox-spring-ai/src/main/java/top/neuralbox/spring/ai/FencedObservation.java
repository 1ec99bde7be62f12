package top.neuralbox.spring.ai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * An observation whose handlers, conventions and filters are the application's. If one throws, the generation goes on: its answer
 * is paid for.
 */
final class FencedObservation {

    private static final Logger LOG = System.getLogger("top.neuralbox.spring.ai");

    private final Observation observation;
    private final ObservationRegistry registry;

    FencedObservation(Observation observation, ObservationRegistry registry) {
        this.observation = observation;
        this.registry = registry;
    }

    /** {@link #stop} must follow even if a handler throws here: another one may have begun a span. */
    void start() {
        fenced(observation::start);
    }

    void error(Throwable failure) {
        fenced(() -> observation.error(failure));
    }

    void stop() {
        fenced(observation::stop);
    }

    /** Makes the observation current on this thread, until the returned action runs. */
    Runnable open() {
        Observation.Scope before = registry.getCurrentObservationScope();
        try {
            Observation.Scope scope = observation.openScope();
            return () -> close(scope, before);
        } catch (Throwable hostile) {
            threw(hostile);
            // Micrometer sets the current scope before it calls the handlers (1.17.2).
            Observation.Scope halfOpen = registry.getCurrentObservationScope();
            return halfOpen == null || halfOpen == before ? () -> {} : () -> close(halfOpen, before);
        }
    }

    private void close(Observation.Scope scope, Observation.@Nullable Scope before) {
        try {
            scope.close();
        } catch (Throwable hostile) {
            threw(hostile);
            // Micrometer calls the handlers before it restores the scope (1.17.2).
            registry.setCurrentObservationScope(before);
        }
    }

    private static void fenced(Runnable foreign) {
        try {
            foreign.run();
        } catch (Throwable hostile) {
            threw(hostile);
        }
    }

    private static void threw(Throwable hostile) {
        try {
            LOG.log(
                    Level.WARNING,
                    "an observation handler or convention threw {0}; the generation goes on",
                    hostile.getClass().getName());
        } catch (Throwable logThrew) {
            return;
        }
    }
}
