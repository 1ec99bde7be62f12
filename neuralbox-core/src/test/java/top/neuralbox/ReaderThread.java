package top.neuralbox;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A thread that blocks, seen from outside. */
final class ReaderThread<T> {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private final FutureTask<T> task;
    private final Thread thread;

    private ReaderThread(Callable<T> work) {
        task = new FutureTask<>(work);
        thread = new Thread(task, "reader");
        thread.setDaemon(true);
    }

    static <T> ReaderThread<T> start(Callable<T> work) {
        ReaderThread<T> reader = new ReaderThread<>(work);
        reader.thread.start();
        return reader;
    }

    /** Until the thread has parked: it waits for a signal and does not spin. */
    ReaderThread<T> awaitWaiting() {
        await(() -> thread.getState() == Thread.State.WAITING, "the reader does not wait");
        return this;
    }

    void awaitWaitingOrEnd() {
        await(() -> ended() || thread.getState() == Thread.State.WAITING, "the reader does not wait");
    }

    boolean ended() {
        return task.isDone();
    }

    void interrupt() {
        thread.interrupt();
    }

    T result() throws Exception {
        return task.get(PATIENCE, TimeUnit.NANOSECONDS);
    }

    Throwable failure() throws InterruptedException, TimeoutException {
        try {
            T result = task.get(PATIENCE, TimeUnit.NANOSECONDS);
            throw new AssertionError("no failure but " + result);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** Polls a condition for which there is no signal. */
    static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(otherwise);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
