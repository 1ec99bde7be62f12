package top.neuralbox;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs foreign code where it may block: each task has a thread of its own, made on demand and used again for a short while.
 * Nothing waits for a task that never returns. Takes tasks after it was closed too, because the ends that closing a client
 * brings are told here.
 */
final class CallbackThreads implements Executor, AutoCloseable {

    /** Shared by what belongs to no client: relays. Nobody closes it; its threads end by themselves. */
    static final CallbackThreads PROCESS = new CallbackThreads("relay");

    private static final int IDLE_SECONDS = 2;

    private final DaemonThreads threads;
    private final ThreadPoolExecutor pool;

    CallbackThreads(String name) {
        threads = new DaemonThreads("neuralbox-callback-" + name, true);
        pool =
                new ThreadPoolExecutor(
                        0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads) {
                    @Override
                    protected void afterExecute(Runnable task, Throwable thrown) {
                        // A callback may have set another one, which the next must not see.
                        Thread.currentThread().setContextClassLoader(DaemonThreads.classLoader());
                    }
                };
    }

    @Override
    public void execute(Runnable task) {
        Runnable fenced = () -> run(task);
        try {
            pool.execute(fenced);
        } catch (RejectedExecutionException closed) {
            startThread(fenced);
        } catch (Throwable noThread) {
            runHere(fenced);
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
            runHere(task);
        }
    }

    /** Better a signal on the wrong thread than a call that never ends. */
    private static void runHere(Runnable task) {
        Log.noThread();
        task.run();
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            Log.callbackThrew(t);
        }
    }
}
