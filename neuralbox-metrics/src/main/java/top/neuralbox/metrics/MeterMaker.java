package top.neuralbox.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Registers meters as {@link GenerationMeter} describes them, with the tags that a group of them shares. */
final class MeterMaker {

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> made = new ArrayList<>();

    MeterMaker(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    Counter counter(GenerationMeter meter) {
        return counter(meter, null);
    }

    /** A counter, with a value for its extra tag. */
    Counter counter(GenerationMeter meter, @Nullable String value) {
        return keep(Counter.builder(meter.meterName())
                .description(meter.description())
                .baseUnit(meter.unit())
                .tags(tags(meter, value))
                .register(registry));
    }

    Timer timer(GenerationMeter meter) {
        return timer(meter, null);
    }

    /** A timer, with a value for its extra tag. */
    Timer timer(GenerationMeter meter, @Nullable String value) {
        Duration[] bounds = Arrays.stream(meter.buckets())
                .mapToObj(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)))
                .toArray(Duration[]::new);
        return keep(Timer.builder(meter.meterName())
                .description(meter.description())
                .tags(tags(meter, value))
                .serviceLevelObjectives(bounds)
                .register(registry));
    }

    LongTaskTimer longTaskTimer(GenerationMeter meter) {
        return keep(LongTaskTimer.builder(meter.meterName())
                .description(meter.description())
                .tags(tags)
                .register(registry));
    }

    DistributionSummary summary(GenerationMeter meter) {
        return keep(DistributionSummary.builder(meter.meterName())
                .description(meter.description())
                .baseUnit(meter.unit())
                .tags(tags)
                .serviceLevelObjectives(meter.buckets())
                .register(registry));
    }

    /** All meters made so far. */
    List<Meter> made() {
        return List.copyOf(made);
    }

    private <M extends Meter> M keep(M meter) {
        made.add(meter);
        return meter;
    }

    private Tags tags(GenerationMeter meter, @Nullable String value) {
        String key = meter.extraTag();
        return key == null || value == null ? tags : tags.and(key, value);
    }
}
