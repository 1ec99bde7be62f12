package top.neuralbox.concurrent;

import java.time.Duration;
import java.time.Instant;

/** A clock and a timer. Tests replace it to control time. Thread-safe. */
public interface Delayer {

    /** The longest time that a {@code long} of nanoseconds holds: 292 years. */
    Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /** A monotonic clock, in nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** The wall clock, for dates that the service sends. */
    Instant now();

    /** Creates the timer's thread now, so that it exists when it is needed; throws if it cannot be created. */
    default void requireThread() {}

    /** Runs a task once, unless it is cancelled before. The task must not block its thread. */
    Cancellable after(long nanos, Runnable task);

    /** A duration in nanoseconds; a duration of {@link #FOREVER} or more becomes {@code Long.MAX_VALUE}. */
    static long nanos(Duration duration) {
        return duration.compareTo(FOREVER) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }

    /** Delayed work that can be cancelled. Cancelling twice, or after the work has run, does nothing. */
    @FunctionalInterface
    interface Cancellable {
        void cancel();
    }
}
