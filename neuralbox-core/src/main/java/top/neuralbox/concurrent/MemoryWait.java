package top.neuralbox.concurrent;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for memory. Without memory a call could not end, and its stream would still cost credits. So the thread that found no
 * memory waits and tries again.
 */
public final class MemoryWait {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** One minute of tries. A longer shortage counts as permanent. */
    private static final int MOST_TRIES = 600;

    private MemoryWait() {}

    /** Loads this class. Whatever waits for memory calls this beforehand: later there may be no memory to load a class. */
    public static void load() {}

    /**
     * Runs a task, and runs it again as long as it finds no memory.
     *
     * @param task an object that exists already, because there may be no memory for another one; may run twice
     */
    public static void run(Runnable task) {
        for (int tries = 0; ; tries++) {
            try {
                task.run();
                return;
            } catch (OutOfMemoryError full) {
                forAnotherTry(tries, full);
            }
        }
    }

    /**
     * Waits for a moment. An interrupt before the wait does not shorten it. The interrupt flag stays set.
     *
     * @param tries the number of failed tries before
     * @param full the error of this try; thrown if no further try is made
     */
    public static void forAnotherTry(int tries, OutOfMemoryError full) {
        if (tries >= MOST_TRIES) {
            throw full;
        }
        boolean interrupted = Thread.interrupted();
        try {
            LockSupport.parkNanos(PAUSE_NANOS);
        } catch (OutOfMemoryError still) {
            // A virtual thread needs memory to wait.
            Thread.onSpinWait();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
