package top.neuralbox.metrics;

import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationOutcome;

/** The three timers whose names depend on the {@link MeterNaming}. All times are in nanoseconds. */
interface GenerationTimers {

    void firstDelta(long nanos);

    void gap(long nanos);

    void ended(GenerationOutcome.Kind outcome, @Nullable ErrorType error, long nanos);
}
