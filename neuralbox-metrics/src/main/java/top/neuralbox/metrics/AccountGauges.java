package top.neuralbox.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.RateLimits;

/**
 * The gauges of what answers say of the account: its balance, the requests that it has left, and the age of both. Each is
 * registered with its first figure: a gauge without a figure would read NaN, which spoils sums. Answers of concurrent
 * generations arrive in any order. The last arrival wins, so the figures are approximate.
 */
final class AccountGauges {

    private static final String WINDOW = "window";

    private record Reading(double figure, long nanoTime) {}

    private final MeterRegistry registry;
    private final LongSupplier clock;
    private final Figure balance;
    private final Figure hourlyLeft;
    private final Figure hourlyLimit;
    private final Figure dailyLeft;
    private final Figure dailyLimit;
    /** The requests left in whichever window was told last: its age is theirs. */
    private final Figure requests;

    private final Set<Meter> registered = new LinkedHashSet<>();
    private boolean removed;

    AccountGauges(MeterRegistry registry, Tags tags, LongSupplier clock) {
        this.registry = registry;
        this.clock = clock;
        this.balance = new Figure(GenerationMeter.BALANCE, GenerationMeter.BALANCE_AGE, tags);
        this.hourlyLeft = new Figure(GenerationMeter.REQUESTS_LEFT, null, tags.and(WINDOW, "hour"));
        this.hourlyLimit = new Figure(GenerationMeter.REQUESTS_LIMIT, null, tags.and(WINDOW, "hour"));
        this.dailyLeft = new Figure(GenerationMeter.REQUESTS_LEFT, null, tags.and(WINDOW, "day"));
        this.dailyLimit = new Figure(GenerationMeter.REQUESTS_LIMIT, null, tags.and(WINDOW, "day"));
        this.requests = new Figure(null, GenerationMeter.REQUESTS_AGE, tags);
    }

    void balance(double credits) {
        balance.told(credits);
    }

    void requests(RateLimits limits) {
        hourlyLeft.told(limits.hourlyRemaining());
        hourlyLimit.told(limits.hourlyLimit());
        dailyLeft.told(limits.dailyRemaining());
        dailyLimit.told(limits.dailyLimit());
        requests.told(limits.hourlyRemaining() != null ? limits.hourlyRemaining() : limits.dailyRemaining());
    }

    /** Removes the gauges from the registry for good. */
    synchronized void remove() {
        removed = true;
        registered.forEach(registry::remove);
        registered.clear();
    }

    private synchronized void register(Figure figure) {
        if (removed || figure.shown) {
            return;
        }
        // Strong references: a gauge whose object was collected reads NaN.
        GenerationMeter meter = figure.meter;
        if (meter != null) {
            registered.add(Gauge.builder(meter.meterName(), figure, Figure::value)
                    .description(meter.description())
                    .baseUnit(meter.unit())
                    .tags(figure.tags)
                    .strongReference(true)
                    .register(registry));
        }
        GenerationMeter age = figure.age;
        if (age != null) {
            registered.add(TimeGauge.builder(age.meterName(), figure, TimeUnit.NANOSECONDS, Figure::ageNanos)
                    .description(age.description())
                    .tags(figure.tags)
                    .strongReference(true)
                    .register(registry));
        }
        // Last: if the registry threw, the next figure tries again.
        figure.shown = true;
    }

    /** One figure of the account. */
    private final class Figure {

        private final @Nullable GenerationMeter meter;
        private final @Nullable GenerationMeter age;
        private final Tags tags;
        private volatile @Nullable Reading last;
        private volatile boolean shown;

        Figure(@Nullable GenerationMeter meter, @Nullable GenerationMeter age, Tags tags) {
            this.meter = meter;
            this.age = age;
            this.tags = tags;
        }

        void told(@Nullable Number figure) {
            if (figure == null) {
                return;
            }
            last = new Reading(figure.doubleValue(), clock.getAsLong());
            if (!shown) {
                register(this);
            }
        }

        double value() {
            Reading reading = last;
            return reading == null ? Double.NaN : reading.figure();
        }

        double ageNanos() {
            Reading reading = last;
            return reading == null ? Double.NaN : clock.getAsLong() - reading.nanoTime();
        }
    }
}
