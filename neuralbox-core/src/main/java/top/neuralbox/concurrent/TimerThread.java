package top.neuralbox.concurrent;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The delayer of a real client: one daemon thread, started with the first timer. */
public final class TimerThread implements Delayer, AutoCloseable {

    static {
        MemoryWait.load();
    }

    private static final Cancellable NOTHING = () -> {};

    private final ScheduledThreadPoolExecutor executor;

    public TimerThread(String clientName) {
        this(clientName, threads -> threads);
    }

    /** For tests: wraps its thread factory in another one. */
    public TimerThread(String clientName, UnaryOperator<ThreadFactory> factory) {
        executor = new ScheduledThreadPoolExecutor(
                1, factory.apply(new DaemonThreads("neuralbox-timer-" + clientName, false, this::requireThread)));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // Otherwise a cancelled timer would stay in memory until it is due, minutes later.
        executor.setRemoveOnCancelPolicy(true);
    }

    /** A timer that is never closed. Its thread ends after two idle seconds; a new one starts when it is needed. */
    public static TimerThread unowned(String name) {
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

    /** A thread that exists stays, except the thread of an {@linkplain #unowned} timer. */
    @Override
    public void requireThread() {
        boolean unused = executor.prestartCoreThread();
    }

    /** Throws, and schedules nothing, if there is no thread and none can be created. */
    @Override
    public Cancellable after(long nanos, Runnable task) {
        try {
            requireThread();
            Future<?> scheduled = executor.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
            return () -> cancel(scheduled);
        } catch (RejectedExecutionException closed) {
            // close() has ended, or is about to end, the call that this timer would have watched.
            return NOTHING;
        }
    }

    private static void cancel(Future<?> scheduled) {
        try {
            scheduled.cancel(false);
        } catch (OutOfMemoryError full) {
            // It is cancelled. To leave the queue it needs the queue's lock, and a thread that waits for a lock needs
            // memory
            // (before JDK 21). So it stays there until it is due.
        }
    }

    /** Runs a task. A time-out that finds no memory has not ended its call, so it runs again. */
    private static void run(Runnable task) {
        for (int tries = 0; ; tries++) {
            try {
                task.run();
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** Cancels the timers that are not due, and interrupts nothing. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
