package top.neuralbox.metrics;

import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationOutcome;

/** The timers under {@link MeterNaming#NEURALBOX}. All of them are made at once, so that a ratio has both of its sides. */
final class OwnTimers implements GenerationTimers {

    private final Map<GenerationOutcome.Kind, Timer> durations = new EnumMap<>(GenerationOutcome.Kind.class);
    private final Timer firstDelta;
    private final @Nullable Timer gap;

    OwnTimers(MeterMaker make, boolean gaps) {
        for (GenerationOutcome.Kind kind : GenerationOutcome.Kind.values()) {
            durations.put(kind, make.timer(GenerationMeter.DURATION, kind.name().toLowerCase(Locale.ROOT)));
        }
        this.firstDelta = make.timer(GenerationMeter.TIME_TO_FIRST_DELTA);
        this.gap = gaps ? make.timer(GenerationMeter.DELTA_GAP) : null;
    }

    @Override
    public void firstDelta(long nanos) {
        firstDelta.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void gap(long nanos) {
        if (gap != null) {
            gap.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void ended(GenerationOutcome.Kind outcome, @Nullable ErrorType error, long nanos) {
        Objects.requireNonNull(durations.get(outcome)).record(nanos, TimeUnit.NANOSECONDS);
    }
}
