package top.neuralbox;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A task on its way through an application's executor, which may refuse it, throw after it took it, run it twice or drop
 * it. The task runs once, whichever of the executor and the client's own threads comes first.
 */
final class Handover implements Runnable {

    private final Runnable task;
    private final Executor executor;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile Delayer.@Nullable Cancellable watch;
    private volatile @Nullable Thread awaiting;

    private Handover(Runnable task, Executor executor) {
        this.task = task;
        this.executor = executor;
    }

    /** A task for this executor, which does not have it yet. */
    static Handover of(Runnable task, Executor executor) {
        return new Handover(task, executor);
    }

    /**
     * Gives the executor a task, and looks from time to time whether it was dropped.
     *
     * @param callbacks runs the task if the executor does not
     */
    static void run(Runnable task, Executor executor, Executor callbacks, Delayer delayer) {
        Handover handover = new Handover(task, executor);
        if (handover.give(callbacks)) {
            handover.watch(callbacks, delayer);
        }
    }

    /** Gives the executor the task; whether it took it. If not, the callback threads have it. */
    boolean give(Executor callbacks) {
        try {
            executor.execute(this);
            return true;
        } catch (Throwable t) {
            Log.executorRefused();
            callbacks.execute(this);
            return false;
        }
    }

    /** Whether nobody has begun the task. */
    boolean waits() {
        return !taken.get();
    }

    /** Waits until somebody has begun the task, or this time has passed. An interrupt ends the wait. By one thread. */
    void awaitBegin(long nanos) {
        awaiting = Thread.currentThread();
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; waits() && left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    /** Whether the executor will certainly, or most likely, not run the task any more. */
    boolean isDropped() {
        return waits() && executor instanceof ExecutorService service && service.isShutdown();
    }

    /** Whether the executor can tell that it is shut down. */
    boolean canTell() {
        return executor instanceof ExecutorService;
    }

    @Override
    public void run() {
        if (taken.compareAndSet(false, true)) {
            Delayer.Cancellable current = watch;
            if (current != null) {
                current.cancel();
            }
            Thread thread = awaiting;
            if (thread != null) {
                LockSupport.unpark(thread);
            }
            task.run();
        }
    }

    private void watch(Executor callbacks, Delayer delayer) {
        if (!waits()) {
            return;
        }
        watch = delayer.after(Turns.PATIENCE_NANOS, () -> {
            if (isDropped()) {
                callbacks.execute(this);
            } else {
                watch(callbacks, delayer);
            }
        });
        Delayer.Cancellable current = watch;
        if (!waits() && current != null) {
            current.cancel();
        }
    }
}
