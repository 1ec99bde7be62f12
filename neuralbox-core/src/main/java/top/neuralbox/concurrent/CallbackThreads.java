package top.neuralbox.concurrent;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * An executor for foreign code that may block. Each task has its own thread, which is created on demand and reused for a
 * short while. No other task waits for a task that never returns. It accepts tasks even after it was closed, because closing
 * a client ends calls, and their terminal signals run here.
 *
 * <p>If no thread can be created for a task, the task waits until a thread is free or can be created. After one second the
 * timer's thread runs it: a signal on the wrong thread is better than a call that never ends.
 */
public final class CallbackThreads implements Executor, AutoCloseable {

    /** How long a waiting task rests between two attempts to create a thread for it, and how many attempts there are. */
    public static final long TRY_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    public static final int TRIES = 10;

    private static final int IDLE_SECONDS = 2;

    private static final Runnable NOTHING = () -> {};

    private final Delayer timer;
    private final ThreadFactory threads;
    private final Waiting waiting = new Waiting();
    private final ThreadPoolExecutor pool;

    /** Whether one thread stays alive until this executor is closed. */
    private volatile boolean required;

    /**
     * An executor without threads.
     *
     * @param timer retries tasks for which no thread can be created
     */
    public CallbackThreads(String name, Delayer timer) {
        this(name, timer, threads -> threads);
    }

    /** For tests: wraps its thread factory in another one. */
    public CallbackThreads(String name, Delayer timer, UnaryOperator<ThreadFactory> factory) {
        this.timer = timer;
        this.threads = factory.apply(new DaemonThreads("neuralbox-callback-" + name, true, this::replaceThread));
        this.pool =
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, waiting, this.threads) {
                    @Override
                    protected void afterExecute(Runnable task, Throwable thrown) {
                        // A callback may have set another class loader, which the next callback must not see.
                        Thread.currentThread().setContextClassLoader(DaemonThreads.classLoader());
                    }
                };
    }

    /** Creates a thread that stays alive, unless there is one; throws if none can be created. */
    public void requireThread() {
        if (!required) {
            pool.setCorePoolSize(1);
            boolean unused = pool.prestartCoreThread();
            required = true;
        }
    }

    @Override
    public void execute(Runnable task) {
        Runnable fenced = () -> run(task);
        try {
            pool.execute(fenced);
        } catch (RejectedExecutionException closed) {
            startThread(fenced);
        } catch (Throwable noThread) {
            waitForThread(new Late(fenced));
        }
    }

    /** Lets idle threads end, and interrupts none. */
    @Override
    public void close() {
        pool.shutdown();
    }

    private void startThread(Runnable task) {
        try {
            threads.newThread(task).start();
        } catch (Throwable noThread) {
            ThreadLog.noThread();
            task.run();
        }
    }

    /** Leaves a task to the first free thread. There may never be one, so the timer retries the task too. */
    private void waitForThread(Late task) {
        ThreadLog.noThread();
        waiting.put(task);
        try {
            lookAgain(task, TRIES);
        } catch (Throwable noTimer) {
            // If the pool has a busy thread, that thread runs the task later.
            if (pool.getPoolSize() == 0) {
                task.run();
            }
        }
    }

    private void lookAgain(Late task, int tries) {
        var unused = timer.after(TRY_AGAIN_NANOS, () -> {
            if (!task.waits()) {
                return;
            }
            if (tries == 1) {
                task.run();
            } else {
                tryThread();
                lookAgain(task, tries - 1);
            }
        });
    }

    private void tryThread() {
        try {
            pool.execute(NOTHING);
        } catch (Throwable noThread) {
            // A later attempt may succeed.
        }
    }

    /** Called by a thread that is about to end. Its replacement runs the waiting tasks. */
    private void replaceThread() {
        try {
            pool.execute(NOTHING);
        } catch (RejectedExecutionException closed) {
            for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                task.run();
            }
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            ThreadLog.callbackThrew(t);
        }
    }

    /**
     * A queue of tasks for which no thread could be created. A pool creates a thread if its queue refuses a task. This queue
     * accepts an offered task only if a thread is waiting for one. The first free thread takes a task that was put in.
     */
    private static final class Waiting extends LinkedTransferQueue<Runnable> {

        private static final long serialVersionUID = 1;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }

    /** A task that waits for a thread. It runs once, even if both a pool thread and the timer reach it. */
    private static final class Late implements Runnable {

        private final Runnable task;
        private final AtomicBoolean taken = new AtomicBoolean();

        Late(Runnable task) {
            this.task = task;
        }

        boolean waits() {
            return !taken.get();
        }

        @Override
        public void run() {
            if (taken.compareAndSet(false, true)) {
                task.run();
            }
        }
    }
}
