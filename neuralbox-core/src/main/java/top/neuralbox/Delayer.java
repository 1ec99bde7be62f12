package top.neuralbox;

import java.time.Instant;

/** Time and delayed work: the seam through which tests move the clock. Thread-safe. */
interface Delayer {

    /** A monotonic clock, in nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** The wall clock, for dates that the service sends. */
    Instant now();

    /** Runs a task once, on a thread that it must not block, unless it is cancelled before. */
    Cancellable after(long nanos, Runnable task);

    /** Delayed work that can be called off. Idempotent; calling off what has run does nothing. */
    @FunctionalInterface
    interface Cancellable {
        void cancel();
    }
}
