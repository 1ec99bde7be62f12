package top.neuralbox.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/**
 * Waits for so long at most, in short steps, and counts no step for longer than it was meant to take. A machine that
 * stands still for a moment makes one step long; whoever is waited for could do nothing in it either, and a deadline of
 * a second still means a second of work.
 */
final class Patience {

    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(10);

    private Patience() {}

    /** A wait that can be cut into steps. */
    @FunctionalInterface
    interface Wait {

        /** Waits for so long at most, and tells whether what is waited for has come. */
        boolean await(long nanos) throws InterruptedException;
    }

    /** Waits, with its lock held, until a condition holds that is signalled; whether it does. */
    @SuppressWarnings("WaitNotInLoop") // the loop is in the other method
    static boolean await(Duration patience, BooleanSupplier condition, Condition changed) throws InterruptedException {
        return condition.getAsBoolean()
                || await(patience, nanos -> {
                    boolean unused = changed.await(nanos, TimeUnit.NANOSECONDS);
                    return condition.getAsBoolean();
                });
    }

    /** Whether it came before the patience ended. */
    static boolean await(Duration patience, Wait wait) throws InterruptedException {
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
