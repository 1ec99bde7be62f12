package top.neuralbox;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Runs foreign code where it may block: each task has a thread of its own, made on demand and used again for a short while.
 * Nothing waits for a task that never returns. Takes tasks after it was closed too, because the ends that closing a client
 * brings are told here.
 *
 * <p>A task for which no thread can be made waits until a thread is free, or can be made. After a second of that the timer's
 * thread runs it: better a signal on the wrong thread than a call that never ends.
 */
final class CallbackThreads implements Executor, AutoCloseable {

    /** Shared by what belongs to no client: relays. Nobody closes it; its threads end by themselves. */
    static final CallbackThreads PROCESS = new CallbackThreads("relay", RelayClock.PROCESS);

    /** How long a task waits until it is tried again to make a thread for it, and how often. */
    static final long TRY_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    static final int TRIES = 10;

    private static final int IDLE_SECONDS = 2;

    private static final Runnable NOTHING = () -> {};

    private final Delayer timer;
    private final ThreadFactory threads;
    private final Waiting waiting = new Waiting();
    private final ThreadPoolExecutor pool;

    /** Whether one of the threads stays for as long as this is open. */
    private volatile boolean required;

    /**
     * Has no thread yet.
     *
     * @param timer sees to what no thread can be made for
     */
    CallbackThreads(String name, Delayer timer) {
        this(name, timer, threads -> threads);
    }

    /** With another factory of threads over its own, for tests. */
    CallbackThreads(String name, Delayer timer, UnaryOperator<ThreadFactory> factory) {
        this.timer = timer;
        this.threads = factory.apply(new DaemonThreads("neuralbox-callback-" + name, true, this::replaceThread));
        this.pool =
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, waiting, this.threads) {
                    @Override
                    protected void afterExecute(Runnable task, Throwable thrown) {
                        // A callback may have set another one, which the next must not see.
                        Thread.currentThread().setContextClassLoader(DaemonThreads.classLoader());
                    }
                };
    }

    /** Makes a thread that stays, if there is none; throws if none can be made. */
    void requireThread() {
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

    /** Lets the threads end that have nothing to do, and interrupts none. */
    @Override
    public void close() {
        pool.shutdown();
    }

    private void startThread(Runnable task) {
        try {
            threads.newThread(task).start();
        } catch (Throwable noThread) {
            Log.noThread();
            task.run();
        }
    }

    /** Leaves a task to the first thread that is free. Nothing may be free, so the timer looks after it too. */
    private void waitForThread(Late task) {
        Log.noThread();
        waiting.put(task);
        try {
            lookAgain(task, TRIES);
        } catch (Throwable noTimer) {
            // With a thread that is busy it is only late.
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
            // The next time, perhaps.
        }
    }

    /** By a thread that is about to end. What waits is run by the one that takes its place. */
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
            Log.callbackThrew(t);
        }
    }

    /**
     * Holds nothing but tasks for which there was no thread. A pool makes a thread if its queue does not take a task, and this
     * one takes it for a thread that is waiting only; what is put in is taken by whichever thread is free first.
     */
    private static final class Waiting extends LinkedTransferQueue<Runnable> {

        private static final long serialVersionUID = 1;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }

    /** A task that waits for a thread, and is run once, whichever comes. */
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
