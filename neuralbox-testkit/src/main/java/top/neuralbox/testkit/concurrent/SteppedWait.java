package top.neuralbox.testkit.concurrent;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/**
 * Waits up to a deadline, in short steps, and counts each step with at most its intended length. If the machine stands still
 * for a moment, one step becomes long, but the awaited work stood still too. So a deadline of a second still means a second of
 * work.
 */
public final class SteppedWait {

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(10);

    private SteppedWait() {}

    /** A wait that can be cut into steps. */
    @FunctionalInterface
    public interface Wait {

        /** Waits at most this long. Returns whether the awaited event has occurred. */
        boolean await(long nanos) throws InterruptedException;
    }

    /** Waits, with the lock held, until the signalled condition is true. Returns whether it is. */
    @SuppressWarnings("WaitNotInLoop") // the loop is in the other method
    public static boolean await(Duration patience, BooleanSupplier condition, Condition changed)
            throws InterruptedException {
        return condition.getAsBoolean()
                || await(patience, nanos -> {
                    boolean unused = changed.await(nanos, TimeUnit.NANOSECONDS);
                    return condition.getAsBoolean();
                });
    }

    /** Waits. Returns whether the awaited event occurred before the patience ended. */
    public static boolean await(Duration patience, Wait wait) throws InterruptedException {
        long left = patience.toNanos();
        do {
            long begin = System.nanoTime();
            if (wait.await(Math.min(left, STEP))) {
                return true;
            }
            left -= Math.min(System.nanoTime() - begin, STEP);
        } while (left > 0);
        return false;
    }
}
