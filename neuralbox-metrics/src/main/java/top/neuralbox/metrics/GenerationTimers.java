package top.neuralbox.metrics;

import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationOutcome;

/** The three timers whose names depend on the {@link MeterNaming}. All times are in nanoseconds. */
interface GenerationTimers {

    /** The timers of a generation of which this much is known at its start. */
    default GenerationTimers of(GenerationInfo info) {
        return this;
    }

    /** The timers of a generation whose answer began. */
    default GenerationTimers answeredBy(@Nullable String model) {
        return this;
    }

    void firstDelta(long nanos);

    void gap(long nanos);

    void ended(GenerationOutcome.Kind outcome, @Nullable ErrorType error, long nanos);
}
