package top.neuralbox.concurrent;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A task submitted to an application's executor, which may refuse it, throw after it accepted it, run it twice or drop it.
 * The task still runs exactly once: on the executor or on one of the client's threads, whichever is first.
 */
public final class Handover implements Runnable {

    private final Runnable task;
    private final Executor executor;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile Delayer.@Nullable Cancellable watch;
    private volatile @Nullable Thread awaiting;

    /** Whether the executor cannot even be asked, as some of those that belong to a container. */
    private volatile boolean mute;

    private Handover(Runnable task, Executor executor) {
        this.task = task;
        this.executor = executor;
    }

    /** A task for this executor. It is not submitted yet. */
    public static Handover of(Runnable task, Executor executor) {
        return new Handover(task, executor);
    }

    /**
     * Submits a task to the executor, and checks from time to time whether it was dropped.
     *
     * @param callbacks runs the task if the executor does not
     * @param closed whether the client is closed: an executor that cannot tell what became of the task is not trusted then
     */
    public static void run(
            Runnable task, Executor executor, Executor callbacks, Delayer delayer, BooleanSupplier closed) {
        Handover handover = new Handover(task, executor);
        if (handover.give()) {
            handover.watch(callbacks, delayer, closed);
        } else {
            callbacks.execute(handover);
        }
    }

    /** Submits the task to the executor, and returns whether the executor took it. */
    public boolean give() {
        try {
            executor.execute(this);
            return true;
        } catch (Throwable t) {
            ThreadLog.executorRefused();
            return false;
        }
    }

    /** Whether no thread has begun the task. */
    public boolean waits() {
        return !taken.get();
    }

    /** Waits until a thread has begun the task, this time has passed, or an interrupt comes. Only one thread may wait. */
    public void awaitBegin(long nanos) {
        awaiting = Thread.currentThread();
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; waits() && left > 0; left = deadline - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    /** Whether the executor was shut down before it began the task, so that it will most likely never run it. */
    public boolean isDropped() {
        return waits() && isShutDown();
    }

    /** Whether the executor can say that it is shut down. */
    public boolean canTell() {
        return executor instanceof ExecutorService && (isShutDown() || !mute);
    }

    private boolean isShutDown() {
        if (mute || !(executor instanceof ExecutorService service)) {
            return false;
        }
        try {
            return service.isShutdown();
        } catch (Throwable refused) {
            mute = true;
            return false;
        }
    }

    @Override
    public void run() {
        if (taken.compareAndSet(false, true)) {
            try {
                unwatch();
            } finally {
                task.run();
            }
        }
    }

    private void unwatch() {
        Delayer.Cancellable current = watch;
        if (current != null) {
            current.cancel();
        }
        Thread thread = awaiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    private void watch(Executor callbacks, Delayer delayer, BooleanSupplier closed) {
        if (!waits()) {
            return;
        }
        try {
            watch = delayer.after(DrainLoop.PATIENCE_NANOS, () -> {
                if (isDropped() || (closed.getAsBoolean() && !canTell())) {
                    callbacks.execute(this);
                } else {
                    watch(callbacks, delayer, closed);
                }
            });
        } catch (OutOfMemoryError full) {
            // The executor has the task.
            return;
        }
        Delayer.Cancellable current = watch;
        if (!waits() && current != null) {
            current.cancel();
        }
    }
}
