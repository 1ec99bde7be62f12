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
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs blocking calls to a server on threads of its own. Each call gets an answer in time, even if the client throws, hangs, or
 * never returns. No foreign code runs on the timer's thread. Thread-safe.
 */
final class ScriptThreads implements AutoCloseable {

    /** The interval of {@link #often}. */
    static final Duration OFTEN = Duration.ofSeconds(1);

    /** The most questions that wait. Further ones would not get their answer in time. */
    private static final int QUEUE = 10_000;

    /** The most replacements for hung threads, as a multiple of the number of threads. */
    private static final int REPLACEMENTS = 3;

    private static final Duration ANSWERING_THREAD_KEPT = Duration.ofSeconds(10);

    private final Duration timeout;
    private final Duration patience;
    private final int threads;
    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor answering;
    private final ScriptTimer timer;
    /** Actions that end the questions without an answer. */
    private final Set<Runnable> open = ConcurrentHashMap.newKeySet();

    private final Set<WatchedWork> running = ConcurrentHashMap.newKeySet();
    private final Queue<Runnable> withoutThread = new ConcurrentLinkedQueue<>();
    private int replacements;
    private volatile boolean closed;

    /**
     * @param patience the time after which a call that has not returned counts as hung; its thread is then interrupted and
     *     replaced
     */
    ScriptThreads(int threads, Duration timeout, Duration patience) {
        this.threads = threads;
        this.timeout = timeout;
        this.patience = patience;
        ThreadFactory daemons = daemons();
        // The queue has no bound, because some work must be done. ask() checks the bound of questions.
        this.workers =
                new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons);
        this.answering = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                ANSWERING_THREAD_KEPT.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                daemons);
        this.timer = ScriptTimer.create(daemons);
        // Starts the timer's thread now, while a thread can be made.
        often(this::attend);
    }

    /**
     * Queues a question. The answer, or a {@link TimeoutException}, comes within the timeout. A question that was not asked by
     * then is never asked. Dependent actions of the answer run on a thread that others need: see {@link #handOut}.
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
                throw new RejectedExecutionException(QUEUE + " calls wait for Redis already");
            }
            ScheduledFuture<?> alarm = timer.schedule(
                    () -> answer.completeExceptionally(
                            new TimeoutException("Redis did not answer within " + timeout.toMillis() + " ms")),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            cancelAtEnd(alarm, answer);
            workers.execute(new WatchedWork(() -> answer(question, answer)));
        } catch (Throwable t) {
            answer.completeExceptionally(t);
        }
        return answer;
    }

    /** The same answer, completed on a thread that its dependent actions may block. */
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

    /** Runs an action that may block, on a free thread or a new one; later, if no thread can be made. */
    void aside(Runnable foreign) {
        try {
            answering.execute(foreign);
        } catch (RejectedExecutionException e) {
            // Closed: nothing else needs this thread.
            foreign.run();
        } catch (Throwable noThread) {
            withoutThread.add(foreign);
        }
    }

    /** Runs work on a worker, however many questions wait. May throw if no thread can be made. */
    void run(Runnable work) {
        workers.execute(new WatchedWork(work));
    }

    /** Runs work on the timer's thread again and again, even if it throws. It must not block. */
    void often(Runnable work) {
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable t) {
                        // The next run may succeed. Logging might throw for the same reason.
                    }
                },
                OFTEN.toMillis(),
                OFTEN.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Whether work that has been running since then counts as hung. */
    boolean hangs(long sinceNanos) {
        return System.nanoTime() - sinceNanos > patience.toNanos();
    }

    /** Accepts nothing more, and waits for the accepted work, at most for the timeout. */
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

    /** Replaces threads that hang, and tries again to make threads that could not be made. */
    private void attend() {
        for (WatchedWork watched : running) {
            watched.replaceIfItHangs();
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

    /** Makes threads that inherit nothing from the thread that makes them. */
    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(null, work, "neuralbox-budget-redis-" + number.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(ScriptThreads.class.getClassLoader());
            return thread;
        };
    }

    /** One piece of work on a worker, which is observed while it runs. */
    private final class WatchedWork implements Runnable {

        private final Runnable work;
        private @Nullable Thread thread;
        private long begun;
        private boolean hung;
        private boolean replaced;

        private WatchedWork(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                begin();
                running.add(this);
            } catch (OutOfMemoryError full) {
                // Nobody watches this work then, but nobody else would do it.
            }
            try {
                work.run();
            } catch (Throwable t) {
                // The work has already reported the failure; the thread continues.
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

        /** Returns whether another thread has replaced this one. */
        private synchronized boolean end() {
            thread = null;
            return replaced;
        }

        /**
         * Interrupts a hung thread, which frees it if it waits for a connection. Adds another thread in case that does not
         * help.
         */
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
