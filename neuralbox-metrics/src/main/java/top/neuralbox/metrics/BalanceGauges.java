package top.neuralbox.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gauges of an account's balance and of its age. They are registered with the first figure: a gauge without a figure would
 * read NaN, which spoils sums. Answers of concurrent generations arrive in any order. The last arrival wins, so the figure is
 * approximate.
 */
final class BalanceGauges {

    private record Reading(double credits, long nanoTime) {}

    private final MeterRegistry registry;
    private final Tags tags;
    private final LongSupplier clock;
    private volatile @Nullable Reading last;
    private @Nullable Gauge credits;
    private @Nullable Gauge age;
    private boolean removed;

    BalanceGauges(MeterRegistry registry, Tags tags, LongSupplier clock) {
        this.registry = registry;
        this.tags = tags;
        this.clock = clock;
    }

    void told(double figure) {
        boolean first = last == null;
        last = new Reading(figure, clock.getAsLong());
        if (first) {
            register();
        }
    }

    /** Removes the gauges from the registry for good. */
    synchronized void remove() {
        removed = true;
        removeFromRegistry(credits);
        removeFromRegistry(age);
    }

    private synchronized void register() {
        if (removed || credits != null) {
            return;
        }
        // Strong references: a gauge whose object was collected reads NaN.
        credits = Gauge.builder(GenerationMeter.BALANCE.meterName(), this, BalanceGauges::credits)
                .description(GenerationMeter.BALANCE.description())
                .baseUnit(GenerationMeter.BALANCE.unit())
                .tags(tags)
                .strongReference(true)
                .register(registry);
        age = TimeGauge.builder(
                        GenerationMeter.BALANCE_AGE.meterName(), this, TimeUnit.NANOSECONDS, BalanceGauges::ageNanos)
                .description(GenerationMeter.BALANCE_AGE.description())
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private void removeFromRegistry(@Nullable Meter meter) {
        if (meter != null) {
            registry.remove(meter);
        }
    }

    private double credits() {
        Reading reading = last;
        return reading == null ? Double.NaN : reading.credits();
    }

    private double ageNanos() {
        Reading reading = last;
        return reading == null ? Double.NaN : clock.getAsLong() - reading.nanoTime();
    }
}
