package top.neuralbox.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import top.neuralbox.GenerationListener.DecodeError;

/**
 * The meters of all generations with the same tags. All of them are registered at once, so that the first failure is an
 * increase from zero, which an alert can see. A counter registered by the first failure would begin at one.
 */
final class GenerationMeters {

    final GenerationTimers timers;
    final Counter started;
    final LongTaskTimer active;
    final LongTaskTimer queued;
    final Timer timeQueued;
    final Timer timeToHeaders;
    final Timer longestGap;
    final Counter deltas;
    final Counter content;
    final Counter received;
    final Counter usage;
    final DistributionSummary generationUsage;
    final Counter unmetered;
    final Counter unknownEvents;
    final Counter listenerErrors;
    private final Map<ErrorType, Counter> errors = new EnumMap<>(ErrorType.class);
    private final Map<ErrorType, Counter> retries = new EnumMap<>(ErrorType.class);
    private final Map<DecodeError, Counter> decodeErrors = new EnumMap<>(DecodeError.class);

    /** The meters that are removed with the client. Timers under other names may be shared with other clients. */
    private final List<Meter> registered;

    GenerationMeters(MeterMaker make, GenerationTimers timers) {
        this.timers = timers;
        this.started = make.counter(GenerationMeter.STARTED);
        this.active = make.longTaskTimer(GenerationMeter.ACTIVE);
        this.queued = make.longTaskTimer(GenerationMeter.QUEUED);
        this.timeQueued = make.timer(GenerationMeter.TIME_QUEUED);
        this.timeToHeaders = make.timer(GenerationMeter.TIME_TO_HEADERS);
        this.longestGap = make.timer(GenerationMeter.LONGEST_DELTA_GAP);
        this.deltas = make.counter(GenerationMeter.DELTAS);
        this.content = make.counter(GenerationMeter.CONTENT);
        this.received = make.counter(GenerationMeter.RECEIVED);
        this.usage = make.counter(GenerationMeter.USAGE);
        this.generationUsage = make.summary(GenerationMeter.GENERATION_USAGE);
        this.unmetered = make.counter(GenerationMeter.UNMETERED);
        this.unknownEvents = make.counter(GenerationMeter.UNKNOWN_EVENTS);
        this.listenerErrors = make.counter(GenerationMeter.LISTENER_ERRORS);
        for (ErrorType type : ErrorType.values()) {
            errors.put(type, make.counter(GenerationMeter.ERRORS, type.value()));
        }
        for (ErrorType type : ErrorType.RESENT) {
            retries.put(type, make.counter(GenerationMeter.RETRIES, type.value()));
        }
        for (DecodeError kind : DecodeError.values()) {
            decodeErrors.put(
                    kind,
                    make.counter(GenerationMeter.DECODE_ERRORS, kind.name().toLowerCase(Locale.ROOT)));
        }
        this.registered = make.made();
    }

    void remove(MeterRegistry registry) {
        registered.forEach(registry::remove);
    }

    Counter errors(ErrorType type) {
        return Objects.requireNonNull(errors.get(type));
    }

    /** The counter of retries for this reason. A reason for which nothing is sent again today counts as {@code other}. */
    Counter retries(ErrorType reason) {
        return Objects.requireNonNull(retries.getOrDefault(reason, retries.get(ErrorType.OTHER)));
    }

    Counter decodeErrors(DecodeError kind) {
        return Objects.requireNonNull(decodeErrors.get(kind));
    }
}
