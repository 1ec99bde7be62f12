package top.neuralbox.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {

    private final AnswerCache<String> cache = new AnswerCache<>(new ManualDelayer(), Duration.ofSeconds(5));

    @Test
    void questionThatThrowsIsAskedAnew() {
        CompletableFuture<String> failed = cache.get(
                "one",
                () -> {
                    throw new NoClassDefFoundError("thrown by a test");
                },
                Runnable::run);
        assertThat(failed)
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withRootCauseInstanceOf(NoClassDefFoundError.class);
        assertThat(cache.get("one", () -> CompletableFuture.completedFuture("answer"), Runnable::run))
                .isCompletedWithValue("answer");
    }

    /** Nobody else would complete the future of this caller. */
    @Test
    void answerThatFindsNoMemoryForItsCallerTriesAgain() {
        AtomicInteger tries = new AtomicInteger();
        Executor full = task -> {
            if (tries.getAndIncrement() == 0) {
                throw new OutOfMemoryError("scripted");
            }
            task.run();
        };
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<String> asked = cache.get("one", () -> answer, full);

        answer.complete("answer");

        assertThat(asked).isCompletedWithValue("answer");
    }

    /** The question was asked, but nothing could be attached to its answer. */
    @Test
    void questionWhoseAnswerFindsNoMemoryFailsAndIsAskedAgain() {
        CompletableFuture<String> asked = cache.get(
                "one",
                () -> new CompletableFuture<String>() {
                    @Override
                    public CompletableFuture<String> whenComplete(
                            BiConsumer<? super String, ? super Throwable> action) {
                        throw new OutOfMemoryError("scripted");
                    }
                },
                Runnable::run);

        assertThat(asked).isCompletedExceptionally();
        assertThat(cache.get("one", () -> CompletableFuture.completedFuture("answer"), Runnable::run))
                .isCompletedWithValue("answer");
    }

    @Test
    void failureOfAQuestionThatIsAnsweredAtOnceIsNotWrapped() {
        IllegalStateException failure = new IllegalStateException("scripted");
        List<Throwable> heard = new ArrayList<>();

        var unused = cache.get("one", () -> CompletableFuture.failedFuture(failure), Runnable::run)
                .whenComplete((answer, error) -> heard.add(error));

        assertThat(heard).containsExactly(failure);
    }

    @Test
    void eachOfThoseWhoWaitIsToldByATaskOfItsOwn() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        CompletableFuture<String> question = new CompletableFuture<>();
        CompletableFuture<String> first = cache.get("one", () -> question, tasks::add);
        CompletableFuture<String> second = cache.get("one", () -> question, tasks::add);

        question.complete("answer");

        assertThat(first).isNotDone();
        assertThat(tasks).hasSize(2);
        tasks.forEach(Runnable::run);
        assertThat(first).isCompletedWithValue("answer");
        assertThat(second).isCompletedWithValue("answer");
    }
}
