package top.neuralbox.concurrent;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cache of answers: callers that ask at once, or soon after, share one request. A failure goes to the callers that wait
 * for it and is not cached. Thread-safe.
 */
public final class AnswerCache<T> {

    /** Names come from callers, so the cache is bounded: with more entries than this it is cleared. */
    private static final int MOST = 1_000;

    static {
        MemoryWait.load();
    }

    private final Delayer clock;
    private final long keptNanos;
    private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();

    public AnswerCache(Delayer clock, Duration kept) {
        this.clock = clock;
        this.keptNanos = kept.toNanos();
    }

    /**
     * A future for this caller alone. Completing it does not complete the shared one.
     *
     * @param settler completes the future, so that its dependent stages delay no other caller
     */
    public CompletableFuture<T> get(String name, Supplier<CompletableFuture<T>> question, Executor settler) {
        while (true) {
            Entry<T> known = entries.get(name);
            if (known != null && !stale(known)) {
                return viewOf(known.answer, settler);
            }
            Entry<T> fresh = new Entry<>();
            boolean mine =
                    known == null ? entries.putIfAbsent(name, fresh) == null : entries.replace(name, known, fresh);
            if (mine) {
                ask(name, fresh, question);
                return viewOf(fresh.answer, settler);
            }
        }
    }

    public void clear() {
        entries.clear();
    }

    private void ask(String name, Entry<T> entry, Supplier<CompletableFuture<T>> question) {
        if (entries.size() > MOST) {
            entries.clear();
        }
        try {
            // Created before the question: afterwards there may be no memory for it.
            BiConsumer<T, @Nullable Throwable> answered = (value, error) -> answered(name, entry, value, error);
            var unused = question.get().whenComplete(answered);
        } catch (Throwable t) {
            // Every caller would wait for an entry that is never answered.
            answered(name, entry, null, t);
        }
    }

    private void answered(String name, Entry<T> entry, @Nullable T value, @Nullable Throwable error) {
        entry.answeredAt = clock.nanoTime();
        entry.answered = true;
        if (error != null) {
            entries.remove(name, entry);
        }
        for (int tries = 0; ; tries++) {
            try {
                if (error != null) {
                    entry.answer.completeExceptionally(unwrapped(error));
                } else {
                    entry.answer.complete(value);
                }
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private boolean stale(Entry<T> entry) {
        return entry.answered && clock.nanoTime() - entry.answeredAt >= keptNanos;
    }

    private static <T> CompletableFuture<T> viewOf(CompletableFuture<T> shared, Executor settler) {
        // Not a copy of the shared one, which would wrap its failure.
        CompletableFuture<T> view = new CompletableFuture<>();
        Executor completer = shared.isDone() ? Runnable::run : settler;
        var unused = shared.whenComplete((value, error) -> settle(view, value, error, completer));
        return view;
    }

    /** Tries again if there is no memory: no other code completes the view. */
    private static <T> void settle(
            CompletableFuture<T> view, @Nullable T value, @Nullable Throwable error, Executor completer) {
        for (int tries = 0; ; tries++) {
            try {
                completer.execute(() -> {
                    if (error != null) {
                        view.completeExceptionally(error);
                    } else {
                        view.complete(value);
                    }
                });
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private static Throwable unwrapped(Throwable error) {
        @Nullable Throwable cause = error instanceof CompletionException ? error.getCause() : null;
        return cause == null ? error : cause;
    }

    private static final class Entry<T> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private volatile long answeredAt;
        private volatile boolean answered;
    }
}
