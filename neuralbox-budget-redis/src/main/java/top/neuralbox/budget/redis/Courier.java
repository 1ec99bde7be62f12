package top.neuralbox.budget.redis;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Asks a server that blocks on threads of its own, and answers in time whatever becomes of that. Thread-safe. */
final class Courier implements AutoCloseable {

    /** More questions than this wait for no answer that would come in time. */
    private static final int QUEUE = 10_000;

    private final Duration timeout;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;

    Courier(int threads, Duration timeout) {
        this.timeout = timeout;
        ThreadFactory daemons = daemons();
        this.workers = new ThreadPoolExecutor(
                threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), daemons);
        this.timer = new ScheduledThreadPoolExecutor(1, daemons);
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Asks soon. The answer, or a {@link TimeoutException}, comes within the timeout. A question that was not asked by then is
     * never asked.
     */
    <T extends @Nullable Object> CompletableFuture<T> ask(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            ScheduledFuture<?> alarm = timer.schedule(
                    () -> answer.completeExceptionally(
                            new TimeoutException("Redis did not answer within " + timeout.toMillis() + " ms")),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            var unused = answer.whenComplete((done, error) -> alarm.cancel(false));
            workers.execute(() -> answer(question, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** Runs something that may take its time, after a while; not at all once this is closed. */
    void later(Runnable work, Duration delay) {
        try {
            var unused = timer.schedule(() -> workers.execute(work), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    /** Takes nothing more, and waits for what was taken for as long as an answer may take. */
    @Override
    public void close() {
        workers.shutdown();
        try {
            if (!workers.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
        timer.shutdown();
    }

    private static <T extends @Nullable Object> void answer(Callable<T> question, CompletableFuture<T> answer) {
        if (answer.isDone()) {
            return;
        }
        try {
            answer.complete(question.call());
        } catch (Throwable t) {
            answer.completeExceptionally(t);
        }
    }

    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, "neuralbox-budget-redis-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
