package top.neuralbox.concurrent;

import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A cache of answers and the service behind it. The first question is answered with 1, the second with 2. */
final class Asked {

    private static final Duration KEPT = Duration.ofNanos(10);

    final StandingTime time = new StandingTime(KEPT.toNanos());
    private final AnswerCache<Integer> cache = new AnswerCache<>(time, KEPT);
    private final AtomicInteger questions = new AtomicInteger();
    private final Queue<CompletableFuture<Integer>> open = new ConcurrentLinkedQueue<>();

    CompletableFuture<Integer> get() {
        return cache.get("model", this::ask, Runnable::run);
    }

    /** What was answered by now expires. */
    void expire() {
        time.moveTo(time.nanoTime() + KEPT.toNanos());
    }

    /** The service answers every question that is open. */
    void answer() {
        for (CompletableFuture<Integer> next = open.poll(); next != null; next = open.poll()) {
            next.complete(questions.get());
        }
    }

    /** The service has the oldest question that is open. */
    CompletableFuture<Integer> taken() {
        return Objects.requireNonNull(open.poll());
    }

    int questions() {
        return questions.get();
    }

    /** The answer; 0 while there is none, -1 for a failure. */
    static int read(CompletableFuture<Integer> answer) {
        return answer.isCompletedExceptionally() ? -1 : answer.getNow(0);
    }

    private CompletableFuture<Integer> ask() {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        questions.incrementAndGet();
        open.add(answer);
        return answer;
    }
}
