package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.HostCallbackRowsTest.get;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.Generation;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationEvent;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;

/** Rows H09 and H10: an application's executor does not run signals as it should, or has only one thread. */
@ParameterizedClass
@EnumSource
@Logs(perhaps = "the client's executor refused work")
class HostExecutorRowsTest {

    private static final Duration LOOKS_AGAIN = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofMinutes(5);

    @Parameter
    Carrier carrier;

    @Test
    @Logs("the client's executor refused work")
    void h09ExecutorThatThrowsAfterItTookATurnLeavesSignalsSerial() throws Exception {
        signalsAreSerial(task -> {
            new Thread(task, "testkit-executor").start();
            throw new RejectedExecutionException("thrown by a test");
        });
    }

    @Test
    @Logs("the client's executor refused work")
    void h09ExecutorThatThrowsAnErrorIsDoneWithout() throws Exception {
        signalsAreSerial(task -> {
            throw new OutOfMemoryError("thrown by a test");
        });
    }

    @Test
    void h09ExecutorThatRunsEverythingTwiceLeavesSignalsSerial() throws Exception {
        signalsAreSerial(task -> {
            new Thread(task, "testkit-executor").start();
            new Thread(task, "testkit-executor").start();
        });
    }

    @Test
    void h09ExecutorThatRunsOnTheCallersThreadLeavesSignalsSerial() throws Exception {
        signalsAreSerial(Runnable::run);
    }

    @Test
    void h09ExecutorThatIsShutDownWithATurnInItsQueueLosesNoFuture() throws Exception {
        try (FaultRow row = withQueuedTurn(Executors.newSingleThreadExecutor(HostExecutorRowsTest::thread))) {
            executor.shutdownNow();

            row.clock().advance(LOOKS_AGAIN);

            assertThat(get(generation).text()).isEqualTo("Here");
        }
    }

    @Test
    void h09ExecutorThatIsShutDownWithATurnInItsQueueLosesNoFutureOfAClosedClient() throws Exception {
        try (FaultRow row = withQueuedTurn(Executors.newSingleThreadExecutor(HostExecutorRowsTest::thread))) {
            row.withoutNextCall();
            executor.shutdownNow();

            row.client().close();

            // Whether it had come to its end before is not known to the one who closes.
            Throwable error = catchThrowable(() -> get(generation));
            if (error != null) {
                assertThat(error).hasCauseInstanceOf(GenerationCancelledException.class);
            }
        }
    }

    @Test
    void h09ExecutorThatDropsATurnAndCannotTellLosesNoFutureOfAClosedClient() throws Exception {
        Executor drops = task -> {};
        try (FaultRow row = FaultRow.on(carrier, settings -> settings.executor(drops))
                .withoutNextCall()
                .pooled(1)) {
            row.answer(Reply.stream(sse(START, DELTA)).hold());
            CompletableFuture<Generation> dropped = row.client().generateAsync(request());
            row.server().awaitRequests(1);

            row.client().close();

            assertThat(catchThrowable(() -> get(dropped))).hasCauseInstanceOf(GenerationCancelledException.class);
        }
    }

    @Test
    void h10PriceIsLookedUpOnTheOnlyThreadOfTheClientsExecutor() throws Exception {
        ExecutorService only = Executors.newSingleThreadExecutor(HostExecutorRowsTest::thread);
        CreditBudget budget = CreditBudget.builder().limit(BigDecimal.TEN).build();
        try (FaultRow row = FaultRow.on(
                        carrier, settings -> settings.executor(only).budget(budget))
                .expectRequests(2)) {
            row.answer(Reply.json(200, "{\"slug\": \"gpt-5\", \"token_cost\": 3}"), Reply.whole());

            CompletableFuture<Generation> blocking =
                    CompletableFuture.supplyAsync(() -> row.client().generate(request()), only);

            assertThat(get(blocking).text()).isEqualTo("Here");
        } finally {
            only.shutdownNow();
        }
    }

    private ExecutorService executor;
    private CompletableFuture<Generation> generation;

    /** A row whose generation is complete, and whose executor is too busy to say so. */
    private FaultRow withQueuedTurn(ExecutorService busy) {
        executor = busy;
        Gate begun = new Gate();
        Gate never = new Gate();
        busy.execute(() -> {
            begun.open();
            try {
                never.await(LONG);
            } catch (AssertionError interrupted) {
                // By the end of its executor.
                begun.open();
            }
        });
        begun.await();
        FaultRow row = FaultRow.on(carrier, carrier.server(), config -> {}, settings -> settings.executor(busy));
        row.answer(Reply.whole());
        generation = row.client().generateAsync(request());
        row.server().awaitRequests(1);
        FaultClock.await("a turn in the queue", () -> row.clock().isScheduledWithin(LOOKS_AGAIN));
        return row;
    }

    private void signalsAreSerial(Executor hostile) throws Exception {
        int calls = 20;
        try (FaultRow row =
                FaultRow.on(carrier, settings -> settings.executor(hostile)).expectRequests(calls)) {
            for (int i = 0; i < calls; i++) {
                Serial subscriber = new Serial();
                row.answer(Reply.whole());
                row.client().publish(request()).subscribe(subscriber);
                get(subscriber.ended);
                assertThat(subscriber.overlaps).hasValue(0);
                assertThat(subscriber.terminals).hasValue(1);
            }
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "testkit-executor");
        thread.setDaemon(true);
        return thread;
    }

    /** Detects signals that overlap. */
    private static final class Serial implements Flow.Subscriber<GenerationEvent> {

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final AtomicInteger terminals = new AtomicInteger();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(GenerationEvent event) {
            signal(() -> {});
        }

        @Override
        public void onError(Throwable error) {
            signal(terminals::incrementAndGet);
            ended.complete(null);
        }

        @Override
        public void onComplete() {
            signal(terminals::incrementAndGet);
            ended.complete(null);
        }

        private void signal(Runnable what) {
            if (inside.getAndIncrement() != 0) {
                overlaps.incrementAndGet();
            }
            what.run();
            Thread.yield();
            inside.decrementAndGet();
        }
    }
}
