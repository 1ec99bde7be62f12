package top.neuralbox.budget.redis;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The timer of {@link ScriptThreads}. If an {@code Error} ends its thread, the pool needs memory and a new thread. A lack of
 * them may be the reason for the {@code Error}, so the old thread stays until it has a successor. Thread-safe.
 */
final class ScriptTimer extends ScheduledThreadPoolExecutor {

    private static final long PAUSE_NANOS = 100_000_000;

    private ScriptTimer(ThreadFactory threads) {
        super(1, threads);
        setRemoveOnCancelPolicy(true);
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    static ScriptTimer create(ThreadFactory threads) {
        return create(threads, lasting -> lasting);
    }

    /** Wraps its thread factory with another one, for tests. */
    static ScriptTimer create(ThreadFactory threads, UnaryOperator<ThreadFactory> factory) {
        Successor successor = new Successor();
        ScriptTimer timer =
                new ScriptTimer(factory.apply(work -> threads.newThread(() -> successor.runOrReplace(work))));
        successor.timer = timer;
        return timer;
    }

    /** Starts the timer's next thread. It gets the timer later, because the timer's constructor needs the thread factory. */
    private static final class Successor {

        private volatile @Nullable ScriptTimer timer;

        void runOrReplace(Runnable work) {
            try {
                work.run();
            } catch (Throwable fault) {
                while (!isReplaced()) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }

        private boolean isReplaced() {
            try {
                ScriptTimer lasting = timer;
                if (lasting != null) {
                    lasting.prestartCoreThread();
                }
                return true;
            } catch (Throwable still) {
                return false;
            }
        }
    }
}
