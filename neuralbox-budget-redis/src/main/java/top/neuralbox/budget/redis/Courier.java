package top.neuralbox.budget.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server that blocks, on threads of its own, and answers in time whatever becomes of that: the client may throw, hang, or
 * never return. Nothing foreign runs on the timer's thread. Thread-safe.
 */
final class Courier implements AutoCloseable {

    /** How often {@link #often} runs. */
    static final Duration OFTEN = Duration.ofSeconds(1);

    /** More questions than this wait for no answer that would come in time. */
    private static final int QUEUE = 10_000;

    /** So many threads at the most replace each thread that hangs. */
    private static final int REPLACEMENTS = 3;

    private static final Duration ANSWERING_THREAD_KEPT = Duration.ofSeconds(10);

    private final Duration timeout;
    private final Duration patience;
    private final int threads;
    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor answering;
    private final ScheduledThreadPoolExecutor timer;
    /** What ends the questions that have no answer yet. */
    private final Set<Runnable> open = ConcurrentHashMap.newKeySet();

    private final Set<Errand> running = ConcurrentHashMap.newKeySet();
    private final Queue<Runnable> withoutThread = new ConcurrentLinkedQueue<>();
    private int replacements;
    private volatile boolean closed;

    /**
     * @param patience after what time a call that has not returned is taken to hang: its thread is interrupted and replaced
     */
    Courier(int threads, Duration timeout, Duration patience) {
        this.threads = threads;
        this.timeout = timeout;
        this.patience = patience;
        ThreadFactory daemons = daemons();
        // The queue has no bound, for what must be done; the bound of questions is looked at where one is asked.
        this.workers =
                new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons);
        this.answering = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                ANSWERING_THREAD_KEPT.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                daemons);
        this.timer = new ScheduledThreadPoolExecutor(1, daemons);
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // Starts the thread now, while there may be one.
        often(this::attend);
    }

    /**
     * Asks soon. The answer, or a {@link TimeoutException}, comes within the timeout. A question that was not asked by then is
     * never asked. What depends on the answer runs on a thread that others need: see {@link #handOut}.
     */
    <T extends @Nullable Object> CompletableFuture<T> ask(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            Runnable end = () -> answer.completeExceptionally(new RejectedExecutionException("the store was closed"));
            open.add(end);
            var unused = answer.whenComplete((done, error) -> open.remove(end));
            if (closed) {
                throw new RejectedExecutionException("the store is closed");
            }
            if (workers.getQueue().size() >= QUEUE) {
                throw new RejectedExecutionException(QUEUE + " questions wait for Redis already");
            }
            ScheduledFuture<?> alarm = timer.schedule(
                    () -> answer.completeExceptionally(
                            new TimeoutException("Redis did not answer within " + timeout.toMillis() + " ms")),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            cancelAtEnd(alarm, answer);
            workers.execute(new Errand(() -> answer(question, answer)));
        } catch (Throwable t) {
            answer.completeExceptionally(t);
        }
        return answer;
    }

    /** The same answer, on a thread that may be blocked by what depends on it. */
    <T extends @Nullable Object> CompletionStage<T> handOut(CompletionStage<T> answer) {
        CompletableFuture<T> handed = new CompletableFuture<>();
        var unused = answer.whenComplete((done, error) -> {
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            aside(() -> {
                if (cause == null) {
                    handed.complete(done);
                } else {
                    handed.completeExceptionally(cause);
                }
            });
        });
        return handed;
    }

    /** Runs what may block, on a thread that is made for it if none is free; later if none can be made. */
    void aside(Runnable foreign) {
        try {
            answering.execute(foreign);
        } catch (RejectedExecutionException e) {
            // Closed: nothing waits for this thread.
            foreign.run();
        } catch (Throwable noThread) {
            withoutThread.add(foreign);
        }
    }

    /** Runs something on a worker, however many questions wait. May throw if no thread can be made. */
    void run(Runnable work) {
        workers.execute(new Errand(work));
    }

    /** Runs something on the timer's thread again and again, whatever it throws. It must not block. */
    void often(Runnable work) {
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable t) {
                        // The next time may do better. To say so may throw for the same reason.
                    }
                },
                OFTEN.toMillis(),
                OFTEN.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Whether something that runs since then is taken to hang. */
    boolean hangs(long sinceNanos) {
        return System.nanoTime() - sinceNanos > patience.toNanos();
    }

    /** Takes nothing more, and waits for what was taken for as long as an answer may take. */
    @Override
    public void close() {
        closed = true;
        workers.shutdown();
        try {
            if (!workers.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        open.forEach(Runnable::run);
        answering.shutdown();
        for (Runnable foreign = withoutThread.poll(); foreign != null; foreign = withoutThread.poll()) {
            foreign.run();
        }
    }

    /** Sees to threads: those that hang, and those that could not be made. */
    private void attend() {
        for (Errand errand : running) {
            errand.replaceIfItHangs();
        }
        if (!workers.getQueue().isEmpty()) {
            workers.prestartCoreThread();
        }
        List<Runnable> waiting = new ArrayList<>();
        for (Runnable foreign = withoutThread.poll(); foreign != null; foreign = withoutThread.poll()) {
            waiting.add(foreign);
        }
        waiting.forEach(this::aside);
    }

    private synchronized boolean mayReplace() {
        return replacements < REPLACEMENTS * threads;
    }

    private synchronized void resize(int by) {
        replacements += by;
        int size = threads + replacements;
        if (by > 0) {
            workers.setMaximumPoolSize(size);
            workers.setCorePoolSize(size);
        } else {
            workers.setCorePoolSize(size);
            workers.setMaximumPoolSize(size);
        }
    }

    private static void cancelAtEnd(ScheduledFuture<?> alarm, CompletableFuture<?> answer) {
        var unused = answer.whenComplete((done, error) -> alarm.cancel(false));
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

    /** Threads that inherit nothing of the one that happens to make them. */
    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(null, work, "neuralbox-budget-redis-" + number.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(Courier.class.getClassLoader());
            return thread;
        };
    }

    /** One piece of work on a worker, which is watched while it runs. */
    private final class Errand implements Runnable {

        private final Runnable work;
        private @Nullable Thread thread;
        private long begun;
        private boolean hung;
        private boolean replaced;

        private Errand(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            begin();
            running.add(this);
            try {
                work.run();
            } catch (Throwable t) {
                // What it is for has heard of it; the thread goes on.
            } finally {
                running.remove(this);
                if (end()) {
                    resize(-1);
                }
            }
        }

        private synchronized void begin() {
            thread = Thread.currentThread();
            begun = System.nanoTime();
        }

        /** Whether another thread works in the place of this one. */
        private synchronized boolean end() {
            thread = null;
            return replaced;
        }

        /** Frees a thread that waits for a connection, and sees to another one if that does not help. */
        private synchronized void replaceIfItHangs() {
            if (thread != null && !hung && hangs(begun)) {
                hung = true;
                thread.interrupt();
                replaced = mayReplace();
                if (replaced) {
                    resize(1);
                }
            }
        }
    }
}
