package top.neuralbox.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.LongTaskTimer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.BillingState;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener.DecodeError;
import top.neuralbox.GenerationListener.Observer;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;

/**
 * Records one generation. A delta writes plain fields: the core calls this serially, and each call sees the writes of the calls
 * before it. The fields go to the meters at most once a second, and at the end. So the rate of a long stream is not one spike
 * at its end.
 */
final class MeteredGeneration implements Observer {

    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int GAPS = 256;

    private final GenerationMeters meters;
    private final AccountGauges account;
    private final LongSupplier clock;
    private final LongTaskTimer.Sample active;
    private final long startedAt;
    private GenerationTimers timers;

    private LongTaskTimer.@Nullable Sample queued;
    private long queuedAt;
    private boolean anyDelta;
    private long lastDeltaAt;
    private long longestGap = -1;
    private long deltas;
    private long chars;
    private long bytes;
    private long flushedAt;
    private final long @Nullable [] gaps;
    private int gapCount;

    MeteredGeneration(
            GenerationInfo info, GenerationMeters meters, AccountGauges account, LongSupplier clock, boolean everyGap) {
        this.meters = meters;
        this.timers = meters.timers.of(info);
        this.account = account;
        this.clock = clock;
        this.gaps = everyGap ? new long[GAPS] : null;
        meters.started.increment();
        this.active = meters.active.start();
        this.startedAt = clock.getAsLong();
        this.flushedAt = startedAt;
    }

    @Override
    public void queued() {
        queuedAt = clock.getAsLong();
        queued = meters.queued.start();
    }

    @Override
    public void admitted(Duration wait) {
        leaveQueue();
    }

    @Override
    public void head(int status) {
        if (status == 200) {
            meters.timeToHeaders.record(clock.getAsLong() - startedAt, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void begun(@Nullable String id, @Nullable String model) {
        timers = timers.answeredBy(model);
    }

    @Override
    public void received(int bytes) {
        this.bytes += bytes;
    }

    @Override
    public void delta(int chars, int bytes, long nanoTime) {
        deltas++;
        this.chars += chars;
        boolean first = !anyDelta;
        long gap = nanoTime - lastDeltaAt;
        // Before the registry is called, which may throw.
        anyDelta = true;
        lastDeltaAt = nanoTime;
        if (first) {
            timers.firstDelta(nanoTime - startedAt);
        } else {
            gap(gap);
        }
        if (nanoTime - flushedAt >= FLUSH_NANOS) {
            flushedAt = nanoTime;
            flush();
        }
    }

    @Override
    public void retry(int attempt, NeuralBoxException reason, Duration wait) {
        ErrorType type = ErrorType.of(reason);
        meters.retries(type == null ? ErrorType.OTHER : type).increment();
    }

    @Override
    public void unknownEvent() {
        meters.unknownEvents.increment();
    }

    @Override
    public void decodeError(DecodeError error) {
        meters.decodeErrors(error).increment();
    }

    @Override
    public void ended(GenerationOutcome outcome) {
        // The bill first. A registry, or a filter in it, may throw for one meter; the others must still count.
        Steps steps = new Steps();
        steps.run(() -> bill(outcome));
        steps.run(active::stop);
        steps.run(this::leaveQueue);
        steps.run(this::flush);
        steps.run(() -> {
            if (longestGap >= 0) {
                meters.longestGap.record(longestGap, TimeUnit.NANOSECONDS);
            }
        });
        steps.run(() -> account.requests(outcome.rateLimits()));
        steps.run(() -> meters.listenerErrors.increment(outcome.listenerErrors()));
        ErrorType type = ErrorType.of(outcome.error());
        steps.run(() -> {
            if (type != null) {
                meters.errors(type).increment();
            }
        });
        steps.run(() -> timers.ended(outcome.kind(), type, clock.getAsLong() - startedAt));
        steps.rethrow();
    }

    /** Runs each step, even if an earlier one threw. */
    private static final class Steps {

        private @Nullable Throwable first;

        void run(Runnable step) {
            try {
                step.run();
            } catch (Throwable thrown) {
                first = first == null ? thrown : first;
            }
        }

        /** Throws what the first failed step threw, which the client counts and logs. */
        void rethrow() {
            if (first instanceof RuntimeException exception) {
                throw exception;
            }
            if (first instanceof Error error) {
                throw error;
            }
        }
    }

    private void leaveQueue() {
        if (queued != null) {
            queued.stop();
            queued = null;
            meters.timeQueued.record(clock.getAsLong() - queuedAt, TimeUnit.NANOSECONDS);
        }
    }

    private void gap(long nanos) {
        if (nanos > longestGap) {
            longestGap = nanos;
        }
        if (gaps != null) {
            gaps[gapCount++] = nanos;
            if (gapCount == GAPS) {
                flushGaps(gaps);
            }
        }
    }

    private void flush() {
        long newDeltas = deltas;
        long newChars = chars;
        long newBytes = bytes;
        // Before the registry is called: if it throws, nothing may be counted twice.
        deltas = 0;
        chars = 0;
        bytes = 0;
        add(meters.deltas, newDeltas);
        add(meters.content, newChars);
        add(meters.received, newBytes);
        if (gaps != null) {
            flushGaps(gaps);
        }
    }

    private void flushGaps(long[] collected) {
        int count = gapCount;
        gapCount = 0;
        for (int i = 0; i < count; i++) {
            timers.gap(collected[i]);
        }
    }

    private void bill(GenerationOutcome outcome) {
        if (outcome.billingState() == BillingState.UNKNOWN) {
            meters.unmetered.increment();
        }
        Billing billing = outcome.billing();
        if (billing == null) {
            return;
        }
        BigDecimal credits = billing.creditsUsed();
        if (credits != null) {
            meters.usage.increment(credits.doubleValue());
            meters.generationUsage.record(credits.doubleValue());
        }
        BigDecimal left = billing.balanceRemaining();
        if (left != null) {
            account.balance(left.doubleValue());
        }
    }

    private static void add(Counter counter, long amount) {
        if (amount != 0) {
            counter.increment((double) amount);
        }
    }
}
