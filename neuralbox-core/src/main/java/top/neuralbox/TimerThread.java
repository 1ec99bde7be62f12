package top.neuralbox;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The delayer of a real client: one daemon thread, started with the first timer. */
final class TimerThread implements Delayer, AutoCloseable {

    private static final Cancellable NOTHING = () -> {};

    private final ScheduledThreadPoolExecutor executor;

    TimerThread(String clientName) {
        this(clientName, threads -> threads);
    }

    /** With another factory of threads over its own, for tests. */
    TimerThread(String clientName, UnaryOperator<ThreadFactory> factory) {
        executor = new ScheduledThreadPoolExecutor(
                1, factory.apply(new DaemonThreads("neuralbox-timer-" + clientName, false, this::requireThread)));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // A stream of minutes would otherwise keep each of its cancelled timers until it is due.
        executor.setRemoveOnCancelPolicy(true);
    }

    /** One that nobody closes: its thread ends when it had nothing to do for two seconds, and comes back when it has. */
    static TimerThread unowned(String name) {
        TimerThread timer = new TimerThread(name);
        timer.executor.setKeepAliveTime(2, TimeUnit.SECONDS);
        timer.executor.allowCoreThreadTimeOut(true);
        return timer;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    /** A thread that is there stays, but for that of an {@linkplain #unowned} timer. */
    @Override
    public void requireThread() {
        boolean unused = executor.prestartCoreThread();
    }

    /** Throws, and schedules nothing, if there is no thread and none can be made. */
    @Override
    public Cancellable after(long nanos, Runnable task) {
        try {
            requireThread();
            Future<?> scheduled = executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException closed) {
            // close() has ended, or is about to end, whatever this timer would have watched.
            return NOTHING;
        }
    }

    /** Calls off what is not due, and interrupts nothing. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
