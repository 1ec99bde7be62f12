package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.BlockingGuard;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.transport.TransportException;

/** A client that is drained: what may end, what is refused, what is cut, and what is said of it. */
class DrainTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener listener = new RecordingListener();
    private final NeuralBox client = transport.client(clock).listener(listener).build();

    @Test
    void idleClientIsDrainedAtOnce() {
        assertThat(client.drainAsync(PATIENCE)).isCompletedWithValueMatching(this::nothing);

        assertThat(clock.pending()).isZero();
        assertClosed();
    }

    @Test
    void callUnderWayMayEnd() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        transport.call(0).stream().start().delta("Half");

        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);
        assertThat(drain).isNotDone();
        transport.call(0).end().done().finish();

        assertThat(call)
                .isCompletedWithValueMatching(generation -> generation.text().equals("Half"));
        assertThat(drain.join()).isEqualTo(new DrainResult(1, List.of()));
        assertThat(clock.pending()).isZero();
        assertClosed();
    }

    @Test
    void callThatFailsByItselfIsNotCut() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);

        transport.call(0).sent().fail(TransportException.Kind.LOST);

        assertThat(call).isCompletedExceptionally();
        assertThat(drain.join().completed()).isEqualTo(1);
        assertThat(drain.join().cut()).isEmpty();
    }

    @Test
    void newCallsAreRefusedUncharged() {
        client.generateAsync(REQUEST);
        client.drainAsync(PATIENCE);

        assertRefused(client.generateAsync(REQUEST));
        assertRefused(client.submitAsync(REQUEST));
        assertRefused(client.account().balanceAsync());
        assertRefused(client.account().modelAsync("gpt-5"));
        assertThatThrownBy(() -> client.stream(REQUEST).textDeltas().forEach(piece -> {}))
                .isInstanceOf(AdmissionRefusedException.class);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void pollThatIsRefusedSaysNothingOfTheCharge() {
        GenerationAnswer.Pending pending = pending();
        client.generateAsync(REQUEST);
        client.drainAsync(PATIENCE);

        assertThatThrownBy(client.awaitAsync(pending)::join)
                .cause()
                .isInstanceOfSatisfying(AdmissionRefusedException.class, refusal -> {
                    assertThat(refusal.billingState()).isEqualTo(BillingState.UNKNOWN);
                    assertThat(refusal.partial().id()).isEqualTo("gen_1");
                    assertThat(refusal).hasMessageContaining("gen_1");
                });
    }

    @Test
    void transportThatThrowsAsItIsClosedHoldsNoDrain() throws Exception {
        try (ThreadOfOne callbacks = new ThreadOfOne()) {
            CountDownLatch never = new CountDownLatch(1);
            NeuralBox client = new NeuralBox(settings(callbacks.executor), new BlockingGuard(List.of()), () -> {
                throw new IllegalStateException("scripted");
            });
            var unused = client.generateAsync(REQUEST).thenAccept(generation -> await(never));
            transport.call(0).stream().story().finish();
            CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);

            assertThatIllegalStateException().isThrownBy(client::close);

            assertThat(drain.get(20, TimeUnit.SECONDS).cut()).hasSize(1);
            never.countDown();
        }
    }

    @Test
    void publisherRefusesAtTheSubscription() {
        client.generateAsync(REQUEST);
        var publisher = client.publish(REQUEST);
        client.drainAsync(PATIENCE);

        RecordingSubscriber subscriber = RecordingSubscriber.asking(0);
        publisher.subscribe(subscriber);

        assertThat(subscriber.errors).singleElement().isInstanceOf(AdmissionRefusedException.class);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void subscriptionWithoutDemandIsNoCallUnderWay() {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(0);
        client.publish(REQUEST).subscribe(subscriber);

        assertThat(client.drainAsync(PATIENCE)).isCompletedWithValueMatching(this::nothing);
    }

    @Test
    void patienceThatIsOverCutsWhatIsLeft() {
        CompletableFuture<Generation> unsent = client.generateAsync(REQUEST);
        CompletableFuture<Generation> streaming = client.generateAsync(REQUEST);
        transport.call(1).stream().start().delta("Half");
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);

        clock.advance(PATIENCE.minusNanos(1));
        assertThat(drain).isNotDone();
        clock.advance(Duration.ofNanos(1));

        assertCut(unsent);
        assertCut(streaming);
        assertThat(drain.join().completed()).isZero();
        assertThat(drain.join().cut())
                .extracting(DrainResult.Cut::billingState)
                .containsExactlyInAnyOrder(BillingState.NOT_CHARGED, BillingState.UNKNOWN);
        assertThat(drain.join().cut())
                .filteredOn(cut -> cut.id() != null)
                .singleElement()
                .satisfies(cut -> {
                    assertThat(cut.error().partial().text()).isEqualTo("Half");
                    assertThat(cut.info().model()).isEqualTo("gpt-5");
                    assertThat(cut)
                            .asString()
                            .contains(cut.id())
                            .contains("UNKNOWN")
                            .doesNotContain("Half");
                });
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(transport.call(1).cancels()).isPositive();
        assertClosed();
    }

    @Test
    void noPatienceCutsAtOnce() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

        clock.advance(Duration.ZERO);

        assertCut(call);
        assertThat(drain.join().cut()).hasSize(1);
    }

    @Test
    void waitBeforeARetryBelongsToTheCall() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        transport.call(0).json(503, "{\"error\": \"model_unavailable\"}");
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);
        transport.next(again -> again.stream().story());

        clock.advance(Duration.ofSeconds(5));

        assertThat(call).isCompleted();
        assertThat(drain.join().completed()).isEqualTo(1);
    }

    @Test
    void callThatWaitsToBeSentAgainIsCutUncharged() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        transport.call(0).json(503, "{\"error\": \"model_unavailable\", \"retry_after\": 20}");
        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ofSeconds(5));

        clock.advance(Duration.ofSeconds(30));

        assertCut(call);
        assertThat(drain.join().cut())
                .singleElement()
                .extracting(DrainResult.Cut::billingState)
                .isEqualTo(BillingState.NOT_CHARGED);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void pollBelongsToItsCallWithAllItsQuestions() {
        CompletableFuture<GenerationAnswer> poll = client.awaitAsync(pending());
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);
        transport.next(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"pending\"}"));
        transport.next(
                call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"url\": \"http://x/1\"}"));

        clock.advance(Duration.ofSeconds(25));

        assertThat(poll).isCompleted();
        assertThat(drain.join().completed()).isEqualTo(1);
    }

    @Test
    void lookupUnderWayMayAskAtTheOtherPath() {
        CompletableFuture<GenerationAnswer> lookup = client.generationAsync("gen_1");
        CompletableFuture<Balance> balance = client.account().balanceAsync();
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);

        transport.call(0).json(404, "{\"error\": \"not_found\"}");
        transport.call(1).json(404, "{\"error\": \"not_found\"}");
        assertThat(drain).isNotDone();
        transport.call(2).json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"url\": \"http://x/1\"}");
        assertThat(drain).isNotDone();
        transport.call(3).json(200, "{\"token_balance\": 7}");

        assertThat(lookup).isCompleted();
        assertThat(balance).isCompleted();
        assertThat(drain.join()).isEqualTo(new DrainResult(2, List.of()));
        assertClosed();
    }

    @Test
    void lookupWhoseFirstAnswerCameAtOnceIsStillUnderWay() {
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}")).next(call -> {});
        transport.next(call -> call.json(404, "{\"error\": \"not_found\"}"));
        CompletableFuture<GenerationAnswer> lookup = client.generationAsync("gen_1");
        CompletableFuture<Balance> balance = client.account().balanceAsync();
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);
        assertThat(drain).isNotDone();

        transport.call(1).json(200, "{\"id\": \"gen_1\", \"status\": \"completed\", \"url\": \"http://x/1\"}");
        transport.call(3).json(200, "{\"token_balance\": 7}");

        assertThat(lookup).isCompleted();
        assertThat(balance).isCompleted();
        assertThat(drain.join()).isEqualTo(new DrainResult(2, List.of()));
    }

    @Test
    @Logs("the transport threw while a call was ended")
    void callWhoseTransportThrowsHoldsNoDrain() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        NeuralBox client = transport
                .client(clock)
                .callbacks(task -> new Thread(task, "callback").start())
                .listener(info -> new GenerationListener.Observer() {
                    @Override
                    public void sent(int attempt) {
                        reached.countDown();
                        await(never);
                    }

                    @Override
                    public void ended(GenerationOutcome outcome) {}
                })
                .build();
        var unused = client.generateAsync(REQUEST);
        StubTransport.StubCall call = transport.awaitCall();
        new Thread(call::sent, "engine").start();
        try {
            await(reached);
            call.hostile = true;
            CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

            clock.advance(Duration.ZERO);

            assertThat(drain.get(20, TimeUnit.SECONDS).cut())
                    .singleElement()
                    .extracting(DrainResult.Cut::billingState)
                    .isEqualTo(BillingState.UNKNOWN);
        } finally {
            never.countDown();
        }
    }

    @Test
    void lookupIsCutAtTheOtherPathToo() {
        CompletableFuture<GenerationAnswer> lookup = client.generationAsync("gen_1");
        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);
        transport.call(0).json(404, "{\"error\": \"not_found\"}");

        clock.advance(Duration.ZERO);

        assertCut(lookup);
        assertThat(drain.join().completed()).isZero();
        assertThat(drain.join().cut())
                .singleElement()
                .extracting(DrainResult.Cut::id)
                .isEqualTo("gen_1");
    }

    @Test
    void pollThatIsCutNamesItsGeneration() {
        CompletableFuture<GenerationAnswer> poll = client.awaitAsync(pending());
        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

        clock.advance(Duration.ZERO);

        assertCut(poll);
        assertThat(drain.join().cut()).singleElement().satisfies(cut -> {
            assertThat(cut.id()).isEqualTo("gen_1");
            assertThat(cut.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(cut.info()).isNull();
        });
    }

    @Test
    void readerOfARelayGetsAFailureEvent() {
        StreamRelay relay = StreamRelay.of(client.publish(REQUEST));
        var head = relay.head();
        transport.call(0).stream().start().delta("Half");
        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

        clock.advance(Duration.ZERO);

        assertThat(head.join().status()).isEqualTo(200);
        assertThat(drain.join().cut()).hasSize(1);
        assertThat(StreamRelay.of(client.publish(REQUEST)).head().join().status())
                .isEqualTo(503);
    }

    @Test
    void callerOfACallHasItsResultBeforeTheDrainIsOver() throws Exception {
        try (ThreadOfOne callbacks = new ThreadOfOne()) {
            NeuralBox client =
                    transport.client(clock).executor(callbacks.executor).build();
            AtomicReference<Boolean> stageRan = new AtomicReference<>(false);
            CountDownLatch go = new CountDownLatch(1);
            var unused = client.generateAsync(REQUEST).thenAccept(generation -> {
                await(go);
                stageRan.set(true);
            });
            CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);
            transport.call(0).stream().story().finish();
            assertThat(drain).isNotDone();

            go.countDown();

            assertThat(drain.get(20, TimeUnit.SECONDS).completed()).isEqualTo(1);
            assertThat(stageRan).hasValue(true);
        }
    }

    @Test
    void callbackThatNeverReturnsHoldsNoDrain() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (ThreadOfOne callbacks = new ThreadOfOne()) {
            NeuralBox client =
                    transport.client(clock).executor(callbacks.executor).build();
            CountDownLatch reached = new CountDownLatch(1);
            var unused = client.generateAsync(REQUEST).thenAccept(generation -> {
                reached.countDown();
                await(never);
            });
            transport.call(0).stream().story().finish();
            await(reached);
            CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

            clock.advance(Duration.ZERO);

            assertThat(drain.get(20, TimeUnit.SECONDS).cut()).singleElement().satisfies(cut -> {
                assertThat(cut.billingState()).isEqualTo(BillingState.CHARGED);
                assertThat(cut.error().partial().billing()).isNotNull();
                assertThat(cut.id()).startsWith("gen_");
            });
            never.countDown();
        }
    }

    /** With the client's own timer, which is closed with the client. */
    @Test
    void clientThatIsClosedAlreadyIsDrainedAlthoughACallbackNeverReturns() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        NeuralBox real = NeuralBox.builder()
                .apiKey("nb_test")
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .build();
        var unused = real.generateAsync(REQUEST).thenAccept(generation -> {
            reached.countDown();
            await(never);
        });
        transport.awaitCall().story();
        await(reached);
        try {
            real.close();

            DrainResult result = real.drainAsync(Duration.ofMinutes(10)).get(20, TimeUnit.SECONDS);

            assertThat(result.completed()).isZero();
            assertThat(result.cut())
                    .singleElement()
                    .satisfies(cut -> assertThat(cut.id()).isEqualTo("gen_1"));
        } finally {
            never.countDown();
        }
    }

    @Test
    void callsThatEndAtTheSameMomentAreBothCounted() throws Exception {
        try (ThreadOfOne other = new ThreadOfOne()) {
            for (int round = 0; round < 50_000; round++) {
                CallRegistry registry = new CallRegistry(null);
                List<CallRegistry.DrainedCall> calls = List.of(new EndedCall(), new EndedCall());
                calls.forEach(call -> assertThat(registry.begin(call)).isTrue());
                Drain drain = registry.drain(new Drain(registry, settings(null, Runnable::run), () -> {}));
                drain.begin(PATIENCE);
                CyclicBarrier both = new CyclicBarrier(2);

                other.executor.execute(() -> endAt(both, registry, calls.get(0)));
                endAt(both, registry, calls.get(1));

                assertThat(drain.result().get(20, TimeUnit.SECONDS).completed()).isEqualTo(2);
            }
        }
    }

    @Test
    void callThatFindsNoMemoryAsItEndsIsCounted() throws Exception {
        CallRegistry registry = new CallRegistry(null);
        CallWithoutMemory call = new CallWithoutMemory();
        assertThat(registry.begin(call)).isTrue();
        Drain drain = registry.drain(new Drain(registry, settings(null, Runnable::run), () -> {}));
        drain.begin(PATIENCE);
        call.shortages.set(2);

        registry.ended(call, null, null);

        assertThat(drain.result().get(20, TimeUnit.SECONDS).completed()).isEqualTo(1);
    }

    @Test
    void stuckCallIsReportedThoughThereIsNoMemoryAtFirst() throws Exception {
        CallRegistry registry = new CallRegistry(null);
        CallWithoutMemory call = new CallWithoutMemory();
        assertThat(registry.begin(call)).isTrue();
        Drain drain = registry.drain(new Drain(registry, settings(null, Runnable::run), () -> {}));
        registry.close();
        call.shortages.set(2);

        drain.begin(PATIENCE);

        assertThat(drain.result().get(20, TimeUnit.SECONDS).cut()).hasSize(1);
    }

    /** The registry finds no memory for this call as often as a test says. */
    private static final class CallWithoutMemory extends EndedCall {

        private final AtomicInteger shortages = new AtomicInteger();

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            if (shortages.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfMemoryError("scripted");
            }
            return 1;
        }

        @Override
        public DrainResult.Cut cut() {
            return new DrainResult.Cut(
                    null,
                    new GenerationCancelledException(
                            GenerationCancelledException.Reason.CLIENT_CLOSED, CallFacts.NONE));
        }
    }

    private static void endAt(CyclicBarrier both, CallRegistry registry, CallRegistry.DrainedCall call) {
        try {
            both.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError(e);
        }
        registry.ended(call, null, null);
    }

    private static class EndedCall implements CallRegistry.DrainedCall {

        @Override
        public void clientClosed() {}

        @Override
        public DrainResult.Cut cut() {
            throw new AssertionError("nothing is cut");
        }
    }

    @Test
    void callWhoseListenerNeverReturnsInAnAnswerIsReportedWithItsId() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        GenerationListener stuck = info -> new GenerationListener.Observer() {
            @Override
            public void head(int status) {
                reached.countDown();
                await(never);
            }

            @Override
            public void ended(GenerationOutcome outcome) {}
        };
        ExecutorService executor = Executors.newSingleThreadExecutor();
        NeuralBox client = transport
                .client(clock)
                .callbacks(task -> new Thread(task, "callback").start())
                .executor(executor)
                .listener(stuck)
                .build();
        var unused = client.generateAsync(REQUEST);
        StubTransport.StubCall call = transport.awaitCall();
        call.head(200, "Content-Type", "application/json").bytes("{\"id\": \"gen_7\", \"content\": \"On");
        try {
            await(reached);
            CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

            clock.advance(Duration.ZERO);

            assertThat(drain.get(20, TimeUnit.SECONDS).cut()).singleElement().satisfies(cut -> {
                assertThat(cut.id()).isEqualTo("gen_7");
                assertThat(cut.error().phase()).isEqualTo(NeuralBoxException.Phase.HEAD);
            });
        } finally {
            never.countDown();
            executor.shutdownNow();
        }
    }

    @Test
    void callWhoseSubscriberNeverReturnsIsReportedWithItsId() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        NeuralBox client = transport
                .client(clock)
                .callbacks(task -> new Thread(task, "callback").start())
                .build();
        CountDownLatch reached = new CountDownLatch(1);
        client.publish(REQUEST).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(GenerationEvent event) {
                if (event instanceof GenerationEvent.Delta) {
                    reached.countDown();
                    await(never);
                }
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });
        StubTransport.StubCall call = transport.awaitCall();
        new Thread(() -> call.stream().start().delta("Half"), "engine").start();
        try {
            await(reached);
            CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

            clock.advance(Duration.ZERO);

            assertThat(drain.get(20, TimeUnit.SECONDS).cut()).singleElement().satisfies(cut -> {
                assertThat(cut.id()).startsWith("gen_");
                assertThat(cut.error().partial().model()).isNotNull();
                assertThat(cut.error().partial().textTruncated()).isTrue();
                assertThat(cut.error().phase()).isEqualTo(NeuralBoxException.Phase.STREAM);
                assertThat(cut.billingState()).isEqualTo(BillingState.UNKNOWN);
            });
        } finally {
            never.countDown();
        }
    }

    @Test
    void callWhoseStageNeverReturnsIsReportedWithItsBill() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        NeuralBox client = transport
                .client(clock)
                .callbacks(task -> new Thread(task, "callback").start())
                .build();
        CountDownLatch reached = new CountDownLatch(1);
        var unused = client.generateAsync(REQUEST).thenAccept(generation -> {
            reached.countDown();
            await(never);
        });
        transport.call(0).stream().story().finish();
        await(reached);
        CompletableFuture<DrainResult> drain = client.drainAsync(Duration.ZERO);

        clock.advance(Duration.ZERO);

        assertThat(drain.get(20, TimeUnit.SECONDS).cut()).singleElement().satisfies(cut -> {
            assertThat(cut.billingState()).isEqualTo(BillingState.CHARGED);
            assertThat(cut.error().partial().billing()).isNotNull();
            assertThat(cut.id()).startsWith("gen_");
            assertThat(cut.error().partial().model()).isNotNull();
        });
        never.countDown();
    }

    @Test
    void secondDrainJoinsTheFirst() {
        client.generateAsync(REQUEST);
        CompletableFuture<DrainResult> first = client.drainAsync(PATIENCE);
        CompletableFuture<DrainResult> second = client.drainAsync(Duration.ZERO);
        second.cancel(true);
        CompletableFuture<DrainResult> third = client.drainAsync(Duration.ZERO);
        clock.advance(Duration.ofSeconds(1));
        assertThat(first).isNotDone();

        transport.call(0).stream().story().finish();

        assertThat(first.join()).isEqualTo(third.join());
    }

    @Test
    void closeCutsADrain() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        CompletableFuture<DrainResult> drain = client.drainAsync(PATIENCE);

        client.close();

        assertCut(call);
        assertThat(drain.join().cut()).hasSize(1);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void drainOfAClosedClientIsEmpty() {
        client.generateAsync(REQUEST);
        client.close();

        assertThat(client.drainAsync(PATIENCE)).isCompletedWithValueMatching(this::nothing);
    }

    @Test
    void negativePatienceIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.drainAsync(Duration.ofSeconds(-1)))
                .withMessageContaining("patience");
        assertThat(client.generateAsync(REQUEST)).isNotDone();
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void longestPatienceIsNoOverflow() {
        client.generateAsync(REQUEST);

        assertThat(client.drainAsync(Duration.ofSeconds(Long.MAX_VALUE))).isNotDone();
    }

    @Test
    void blockingDrainIsRefusedOnAnEventLoop() {
        transport.loop = Thread.currentThread();

        assertThatIllegalStateException()
                .isThrownBy(() -> client.drain(PATIENCE))
                .withMessageContaining("drainAsync");
    }

    @Test
    void interruptCutsABlockingDrain() {
        CompletableFuture<Generation> call = client.generateAsync(REQUEST);
        Thread.currentThread().interrupt();

        DrainResult result = client.drain(PATIENCE);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(result.cut()).hasSize(1);
        assertCut(call);
    }

    private boolean nothing(DrainResult result) {
        return result.completed() == 0 && result.cut().isEmpty();
    }

    private GenerationAnswer.Pending pending() {
        transport.next(call -> call.json(200, "{\"id\": \"gen_1\", \"status\": \"pending\"}"));
        GenerationAnswer answer = client.submitAsync(REQUEST).join();
        return (GenerationAnswer.Pending) answer;
    }

    private void assertClosed() {
        assertThat(client.generateAsync(REQUEST))
                .isCompletedExceptionally()
                .satisfies(call -> assertThatThrownBy(call::join)
                        .cause()
                        .isInstanceOfSatisfying(
                                GenerationCancelledException.class,
                                error -> assertThat(error.reason())
                                        .isEqualTo(GenerationCancelledException.Reason.CLIENT_CLOSED)));
    }

    private static void assertRefused(CompletableFuture<?> call) {
        assertThatThrownBy(call::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(AdmissionRefusedException.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(AdmissionRefusedException.Reason.DRAINING);
                    assertThat(refusal.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(refusal.phase()).isEqualTo(NeuralBoxException.Phase.NOT_SENT);
                });
    }

    private static void assertCut(CompletableFuture<?> call) {
        assertThatThrownBy(call::join)
                .cause()
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        error -> assertThat(error.reason())
                                .isEqualTo(GenerationCancelledException.Reason.CLIENT_CLOSED));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ClientSettings settings(Executor executor) {
        return settings(executor, task -> new Thread(task, "callback").start());
    }

    private ClientSettings settings(Executor executor, Executor callbacks) {
        CompletableFuture<ApiKey> key = CompletableFuture.completedFuture(ApiKey.of("nb_test"));
        return new ClientSettings(
                "default",
                URI.create("http://localhost/api/v2/generate"),
                () -> key,
                Map.of(),
                "test",
                transport,
                Timeouts.defaults(),
                RetryPolicy.none(),
                Limits.defaults(),
                List.of(),
                executor,
                callbacks,
                null,
                null,
                null,
                clock,
                () -> 0);
    }

    private static final class ThreadOfOne implements AutoCloseable {

        private final ExecutorService service = Executors.newSingleThreadExecutor();
        private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();

        /** Keeps what a task throws, as the client's own threads log it. */
        private final Executor executor = task -> service.execute(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                thrown.add(t);
            }
        });

        @Override
        public void close() {
            service.shutdownNow();
        }
    }
}
