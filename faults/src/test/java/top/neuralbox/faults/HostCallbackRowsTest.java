package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.Generation;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.Timeouts;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows H01 to H08: faults of an application's callbacks, and the threads that they run on. */
@ParameterizedClass
@EnumSource
class HostCallbackRowsTest {

    /** More than there are threads of an engine, so that each of them is hit. */
    private static final int EVERY_THREAD = 4 * Runtime.getRuntime().availableProcessors();

    /** Much longer than a test takes. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final Duration IDLE = Timeouts.defaults().idle();

    @Parameter
    Carrier carrier;

    @Test
    void h01StageOfAFutureThatSetsTheInterruptFlagHarmsNoThread() throws Exception {
        try (FaultRow row = FaultRow.alone(carrier).expectRequests(EVERY_THREAD + 1)) {
            Gate end = new Gate();
            RecordingSubscriber<GenerationEvent> other = row.start(Reply.stream(sse(START, DELTA))
                    .await(end)
                    .data(sse(Reply.END, Reply.DONE))
                    .end());
            other.awaitItems(2);

            for (int i = 0; i < EVERY_THREAD; i++) {
                Gate attached = new Gate();
                row.answer(wholeAfter(attached));
                CompletableFuture<Void> stage = row.client()
                        .generateAsync(request())
                        .thenAccept(generation -> Thread.currentThread().interrupt());
                attached.open();
                get(stage);
            }

            end.open();
            other.awaitCompletion();
        }
    }

    @Test
    void h01SubscriberThatSetsTheInterruptFlagHarmsNoThread() {
        try (FaultRow row = FaultRow.alone(carrier).expectRequests(EVERY_THREAD)) {
            for (int i = 0; i < EVERY_THREAD; i++) {
                RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
                events.onItem(event -> Thread.currentThread().interrupt());
                assertThat(row.start(events, Reply.whole()).awaitCompletion()).hasSize(3);
            }
        }
    }

    @Test
    void h01ListenerThatSetsTheInterruptFlagHarmsNoThread() {
        try (FaultRow row = FaultRow.on(
                        carrier,
                        carrier.server(),
                        config -> {},
                        settings -> settings.listener(
                                everywhere(() -> Thread.currentThread().interrupt())))
                .expectRequests(EVERY_THREAD)) {
            for (int i = 0; i < EVERY_THREAD; i++) {
                assertThat(row.start(Reply.whole()).awaitCompletion()).hasSize(3);
                // The flag of this thread is this test's: a listener hears of the start on the thread that asks.
                boolean unused = Thread.interrupted();
            }
        }
    }

    @Test
    @Logs({"a GenerationListener threw", "a Flow.Subscriber of a generation threw"})
    void h02ErrorsOfCallbacksHarmNoThread() throws Exception {
        try (FaultRow row = FaultRow.on(
                        carrier,
                        carrier.server(),
                        config -> {},
                        settings -> settings.listener(everywhere(() -> {
                            throw new StackOverflowError("thrown by a test");
                        })))
                .expectRequests(2 * EVERY_THREAD)) {
            for (int i = 0; i < EVERY_THREAD; i++) {
                Gate attached = new Gate();
                row.answer(wholeAfter(attached));
                CompletableFuture<Object> stage = row.client()
                        .generateAsync(request())
                        .thenApply(generation -> {
                            throw new NoClassDefFoundError("thrown by a test");
                        });
                attached.open();
                assertThat(catchThrowable(() -> get(stage))).hasRootCauseInstanceOf(NoClassDefFoundError.class);
                RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
                events.onItem(event -> {
                    throw new StackOverflowError("thrown by a test");
                });
                row.start(events, Reply.whole());
                failure(NeuralBoxException.class, events);
            }
        }
    }

    @Test
    void h03StageThatNeverReturnsHoldsNothingUp() throws Exception {
        Gate never = new Gate();
        CompletableFuture<?> stuck;
        try (FaultRow row =
                FaultRow.alone(carrier).expectRequests(EVERY_THREAD + 2).pooled(MOST_POOLED)) {
            List<CompletableFuture<?>> all = new CopyOnWriteArrayList<>();
            for (int i = 0; i < EVERY_THREAD; i++) {
                Gate begun = new Gate();
                Gate attached = new Gate();
                row.answer(wholeAfter(attached));
                all.add(row.client().generateAsync(request()).thenAccept(generation -> {
                    begun.open();
                    never.await(LONG);
                }));
                attached.open();
                begun.await();
            }
            stuck = CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));

            assertThat(row.completes(Reply.whole())).hasSize(3);
            assertIdleTimerRuns(row);
            assertThat(stuck).isNotDone();
            never.open();
            get(stuck);
        }
    }

    @Test
    void h03TimeOutWhoseStageNeverReturnsHoldsNoTimerUp() throws Exception {
        Gate never = new Gate();
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2).pooled(MOST_POOLED)) {
            row.answer(Reply.stream(sse(START)).hold());
            Gate begun = new Gate();
            CompletableFuture<Void> stuck = row.client()
                    .generateAsync(request())
                    .handle((generation, error) -> {
                        begun.open();
                        never.await(LONG);
                        return null;
                    });
            row.server().awaitRequests(1);
            CompletableFuture<Void> timers = CompletableFuture.runAsync(
                    () -> row.clock().advanceUntil(begun::isOpen, IDLE, () -> {}), task -> new Thread(task).start());
            begun.await();
            get(timers);

            assertIdleTimerRuns(row);
            never.open();
            get(stuck);
        }
    }

    @Test
    void h04SubscriberThatNeverReturnsHoldsNoTimerAndNoOtherThreadUp() {
        Gate never = new Gate();
        try (FaultRow row = FaultRow.alone(carrier).expectRequests(2).withoutNextCall()) {
            RecordingSubscriber<GenerationEvent> other =
                    row.start(Reply.stream(sse(START, DELTA)).hold());
            other.awaitItems(2);
            Gate begun = new Gate();
            RecordingSubscriber<GenerationEvent> stuck = RecordingSubscriber.unbounded();
            stuck.onItem(event -> {
                begun.open();
                never.await(LONG);
            });
            row.start(stuck, Reply.stream(sse(START)).hold());
            begun.await();

            row.clock().advanceUntil(other::isTerminated, IDLE, () -> {});

            failure(GenerationTimeoutException.class, other);
            never.open();
            row.clock().advanceUntil(stuck::isTerminated, IDLE, () -> {});
            failure(GenerationTimeoutException.class, stuck);
        }
    }

    @Test
    void h05FallbackAfterATimeOutIsAnOrdinaryCall() throws Exception {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            Gate timedOut = new Gate();
            row.answer(Reply.stream(sse(START)).hold(), Reply.whole());
            CompletableFuture<Generation> generation = row.client()
                    .generateAsync(request())
                    .exceptionally(error -> {
                        timedOut.open();
                        return row.client().generate(request());
                    });
            row.server().awaitRequests(1);

            row.clock().advanceUntil(timedOut::isOpen, IDLE, () -> {});

            assertThat(get(generation).text()).isEqualTo("Here");
        }
    }

    @Test
    void h05FallbackAfterARefusalIsAnOrdinaryCall() throws Exception {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            row.answer(Reply.refusal(402, "insufficient_tokens"), Reply.whole());

            CompletableFuture<Generation> generation = row.client()
                    .generateAsync(request())
                    .exceptionally(error -> row.client().generate(request()));

            assertThat(get(generation).text()).isEqualTo("Here");
        }
    }

    @Test
    void h05NextCallFromTheStageOfTheLastIsAnOrdinaryCall() throws Exception {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2)) {
            row.answer(Reply.whole(), Reply.whole());

            CompletableFuture<Generation> generation = row.client()
                    .generateAsync(request())
                    .thenApply(first -> row.client().generate(request()));

            assertThat(get(generation).text()).isEqualTo("Here");
        }
    }

    @Test
    void h06BlockingCallWorksOrIsRefusedOnEveryThreadThatRunsCallbacks() {
        List<Throwable> outcomes = new CopyOnWriteArrayList<>();
        AtomicBoolean within = new AtomicBoolean();
        try (FaultServer other = carrier.server()) {
            for (int i = 0; i < 2; i++) {
                other.answer(Reply.whole());
            }
            try (FaultRow row = FaultRow.on(carrier).pooled(1)) {
                Runnable blocks = () -> {
                    if (within.compareAndSet(false, true)) {
                        try (var client = otherClient(row, other)) {
                            client.generate(request());
                        } catch (IllegalStateException refused) {
                            outcomes.add(refused);
                        }
                    }
                };
                RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
                events.onItem(event -> {
                    within.set(false);
                    blocks.run();
                });
                assertThat(row.start(events, Reply.whole()).awaitCompletion()).hasSize(3);
            }
        }
        assertThat(outcomes).allMatch(refused -> refused.getMessage().contains("would block the event loop"));
    }

    @Test
    void h07CancelFromAnotherThreadTellsNothingOnThatThread() {
        List<Thread> told = new CopyOnWriteArrayList<>();
        try (FaultRow row = FaultRow.on(
                carrier, settings -> settings.listener(everywhere(() -> told.add(Thread.currentThread()))))) {
            var events = row.start(Reply.stream(sse(START, DELTA)).hold());
            events.awaitItems(2);
            told.clear();

            events.cancel();

            FaultClock.await("the end", () -> !row.ledger().outcomes().isEmpty());
            row.server().awaitRelease();
            assertThat(told).isNotEmpty().doesNotContain(Thread.currentThread());
        }
    }

    @Test
    void h07NothingIsToldOnTheThreadInsideACall() throws Exception {
        Thread here = Thread.currentThread();
        List<String> told = new CopyOnWriteArrayList<>();
        int rounds = 25;
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2 * rounds)) {
            for (int i = 0; i < rounds; i++) {
                AtomicBoolean inside = new AtomicBoolean(true);
                row.answer(Reply.whole());
                CompletableFuture<Generation> generation = row.client().generateAsync(request());
                get(generation.thenApply(all -> all));
                row.answer(Reply.whole());
                RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.withoutDemand();
                events.onItem(event -> {
                    if (Thread.currentThread() == here && inside.get()) {
                        told.add("an event");
                    }
                });
                row.start(events);
                for (int wanted = 0; wanted < 3; wanted++) {
                    events.request(1);
                    // What is wanted may have come by now, or not.
                    events.awaitItems(wanted);
                }
                inside.set(false);
                events.awaitCompletion();
            }
        }
        assertThat(told).isEmpty();
    }

    @Test
    void h07RefusedCallIsToldElsewhere() {
        List<Thread> told = new CopyOnWriteArrayList<>();
        try (FaultRow row = FaultRow.on(
                        carrier, settings -> settings.listener(everywhere(() -> told.add(Thread.currentThread()))))
                .expectRequests(0)
                .withoutNextCall()) {
            row.client().close();
            CompletableFuture<Generation> refused = row.client().generateAsync(request());
            assertThat(catchThrowable(() -> get(refused))).hasCauseInstanceOf(NeuralBoxException.class);
        }
        assertThat(told).isNotEmpty().doesNotContain(Thread.currentThread());
    }

    @Test
    void h08CloseInterruptsNoCallback() throws Exception {
        Gate begun = new Gate();
        Gate closed = new Gate();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        try (FaultRow row = FaultRow.alone(carrier).withoutNextCall()) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> {
                begun.open();
                try {
                    closed.await(LONG);
                    interrupted.complete(Thread.currentThread().isInterrupted());
                } catch (Throwable t) {
                    interrupted.complete(true);
                }
            });
            row.start(events, Reply.stream(sse(START)).hold());
            begun.await();
            Thread closer = new Thread(() -> row.client().close(), "testkit-closer");
            closer.start();
            closer.join();
            closed.open();
            assertThat(get(interrupted)).isFalse();
        }
    }

    @Test
    void h08CloseOfTheTransportInterruptsNoCallback() throws Exception {
        Gate begun = new Gate();
        Gate closed = new Gate();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        try (FaultRow row = FaultRow.alone(carrier).withoutNextCall()) {
            Gate attached = new Gate();
            row.answer(wholeAfter(attached));
            var stage = row.client().generateAsync(request()).thenAccept(generation -> {
                begun.open();
                try {
                    closed.await(LONG);
                    interrupted.complete(Thread.currentThread().isInterrupted());
                } catch (Throwable t) {
                    interrupted.complete(true);
                }
            });
            attached.open();
            begun.await();
            row.client().close();
            row.closeTransport();
            closed.open();
            assertThat(get(interrupted)).isFalse();
            get(stage);
        }
    }

    private void assertIdleTimerRuns(FaultRow row) {
        var silent = row.start(Reply.stream(sse(START, DELTA)).hold());
        silent.awaitItems(2);
        row.clock().advanceUntil(silent::isTerminated, IDLE, () -> {});
        failure(GenerationTimeoutException.class, silent);
        row.server().awaitRelease(MOST_POOLED);
    }

    private static final int MOST_POOLED = 64;

    private static top.neuralbox.NeuralBox otherClient(FaultRow row, FaultServer server) {
        return top.neuralbox.NeuralBox.builder()
                .apiKey(FaultRow.KEY)
                .baseUri(server.uri())
                .transport(row.transport())
                .build();
    }

    /** Does something whenever a listener hears of anything. */
    private static GenerationListener everywhere(Runnable does) {
        return new GenerationListener() {
            @Override
            public Observer started(GenerationInfo info) {
                return new Observer() {
                    @Override
                    public void sent(int attempt) {
                        does.run();
                    }

                    @Override
                    public void head(int status) {
                        does.run();
                    }

                    @Override
                    public void received(int bytes) {
                        does.run();
                    }

                    @Override
                    public void delta(int chars, int bytes, long nanoTime) {
                        does.run();
                    }

                    @Override
                    public void ended(GenerationOutcome outcome) {
                        does.run();
                    }
                };
            }
        };
    }

    /** A whole generation that begins when the gate opens: what is attached to its future before is told by another thread. */
    private static Reply wholeAfter(Gate attached) {
        return Reply.stream(sse(START))
                .await(attached)
                .data(sse(DELTA, Reply.END, Reply.DONE))
                .end();
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
