package top.neuralbox;

import java.time.Duration;
import java.time.Instant;

/** Time and delayed work: the seam through which tests move the clock. Thread-safe. */
interface Delayer {

    /** The longest time that a clock of nanoseconds holds: 292 years. */
    Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /** A monotonic clock, in nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** The wall clock, for dates that the service sends. */
    Instant now();

    /** Makes the thread of later work, so that it is there when it is needed; throws if none can be made. */
    default void requireThread() {}

    /** Runs a task once, on a thread that it must not block, unless it is cancelled before. */
    Cancellable after(long nanos, Runnable task);

    /** A duration in nanoseconds; one beyond what a clock of them holds is as good as no end. */
    static long nanos(Duration duration) {
        return duration.compareTo(FOREVER) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }

    /** Delayed work that can be called off. Idempotent; calling off what has run does nothing. */
    @FunctionalInterface
    interface Cancellable {
        void cancel();
    }
}
