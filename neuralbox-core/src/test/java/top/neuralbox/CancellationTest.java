package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationCancelledException.Reason;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;

/** Giving a generation up: in every phase, from any thread, once and twice. */
class CancellationTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final String WHOLE =
            "{\"id\": \"gen_7\", \"status\": \"completed\", \"content\": \"Once\", \"tokens_used\": 3}";

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener listener = new RecordingListener();
    private final NeuralBox client = transport.client(clock).listener(listener).build();

    /** A stream that a test leaves open would be warned of, in another test. */
    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void cancelBeforeAnythingIsSentIsKnownToHaveCostNothing() {
        GenerationStream stream = client.stream(REQUEST);
        stream.cancel();
        assertCancelled(stream, Phase.NOT_SENT, BillingState.NOT_CHARGED);
    }

    @Test
    void cancelBeforeTheHeadMayHaveCost() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).sent();
        stream.cancel();
        assertCancelled(stream, Phase.SENT, BillingState.UNKNOWN);
    }

    @Test
    void cancelBehindTheHeadMayHaveCost() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream();
        stream.cancel();
        assertCancelled(stream, Phase.HEAD, BillingState.UNKNOWN);
    }

    @Test
    void cancelInTheStreamKeepsWhatArrived() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream().start().delta("Half");
        stream.cancel();
        assertCancelled(stream, Phase.STREAM, BillingState.UNKNOWN);
        assertThat(listener.outcome().error().partial().text()).isEqualTo("Half");
    }

    @Test
    void cancelWithTheBillUnreadStillTellsIt() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream().start().delta("All").end();
        stream.cancel();
        assertCancelled(stream, Phase.STREAM, BillingState.CHARGED);
        assertThat(listener.outcome().billing()).isNotNull();
    }

    private StubTransport.StubCall answerOfFortyPieces() {
        StubTransport.StubCall call = transport.call(0).stream().start();
        for (int i = 0; i < 40; i++) {
            call.delta("x");
        }
        return call.end();
    }

    /** The call asks for 16 chunks, so the transport holds the rest. */
    @Test
    void cancelWithTheBillStillInTheTransportTellsIt() {
        GenerationStream stream = client.stream(REQUEST);
        StubTransport.StubCall call = answerOfFortyPieces();
        assertThat(call.undelivered()).isPositive();

        stream.cancel();

        assertCancelled(stream, Phase.STREAM, BillingState.CHARGED);
        assertThat(listener.outcome().billing()).isNotNull();
        assertThat(listener.outcome().error().partial().text()).isEqualTo("x".repeat(40));
    }

    /** The same from inside a callback, whose thread has the turn of the call. */
    @Test
    void subscriberThatCancelsWithTheBillStillInTheTransportHasItsPriceBooked() {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(1);
        client.publish(REQUEST).subscribe(subscriber);
        StubTransport.StubCall call = answerOfFortyPieces();
        assertThat(call.undelivered()).isPositive();

        subscriber.onNext(event -> subscriber.subscription.cancel()).request(1);

        assertThat(listener.outcome().billingState()).isEqualTo(BillingState.CHARGED);
        assertThat(listener.outcome().billing()).isNotNull();
    }

    /** The thread that has the turn must not end the call before the other one has what the transport holds. */
    @Test
    void cancelBesideABusySubscriberTellsThePriceInTheTransport() throws InterruptedException {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(1);
        client.publish(REQUEST).subscribe(subscriber);
        StubTransport.StubCall call = answerOfFortyPieces();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        subscriber.onNext(event -> {
            inside.countDown();
            await(released);
        });
        Thread busy = new Thread(() -> subscriber.request(1), "busy");
        busy.start();
        await(inside);
        call.asked = demand -> {
            if (Thread.currentThread() != busy) {
                released.countDown();
                join(busy);
            }
        };

        subscriber.subscription.cancel();

        assertThat(listener.outcome().billingState()).isEqualTo(BillingState.CHARGED);
        assertThat(listener.outcome().billing()).isNotNull();
    }

    private static void await(CountDownLatch signal) {
        try {
            assertThat(signal.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cancelWithAnErrorUnreadStillTellsItsCost() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream()
                .start()
                .delta("Half")
                .event("{\"type\": \"error\", \"code\": \"x\", \"tokens_used\": 5}");
        stream.cancel();
        assertCancelled(stream, Phase.STREAM, BillingState.UNKNOWN);
        assertThat(listener.outcome().billing().creditsUsed()).isEqualTo(new BigDecimal(5));
    }

    @Test
    void cancelWithAnErrorUnreadThatCostsNothingCostsNothing() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream().start().delta("Half").event("{\"type\": \"error\", \"code\": \"x\"}");
        stream.cancel();
        assertCancelled(stream, Phase.STREAM, BillingState.NOT_CHARGED);
    }

    @Test
    void cancelInAnAnswerThatIsWholeTellsItsCost() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).head(200, "Content-Type", "application/json").bytes(WHOLE);
        stream.cancel();
        assertCancelled(stream, Phase.STREAM, BillingState.CHARGED);
        assertThat(listener.outcome().billing().creditsUsed()).isEqualTo(new BigDecimal(3));
    }

    @Test
    void cancelInAnErrorBodyGivesItUp() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).head(500, "Content-Type", "application/json").bytes("{");
        stream.cancel();
        assertCancelled(stream, Phase.HEAD, BillingState.UNKNOWN);
    }

    @Test
    void cancelInAnAnswerGivesItUp() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).head(200, "Content-Type", "application/json").bytes("{");
        stream.cancel();
        assertCancelled(stream, Phase.HEAD, BillingState.UNKNOWN);
    }

    @Test
    void cancelInAnAnswerKeepsItsIdToBeAskedForLater() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).head(200, "Content-Type", "application/json").bytes("{\"id\": \"gen_7\", \"content\": \"On");
        stream.cancel();
        assertCancelled(stream, Phase.HEAD, BillingState.UNKNOWN);
        assertThat(listener.outcome().id()).isEqualTo("gen_7");
    }

    @Test
    void cancelOfAnExpiredKeysBodyAsksForNoOtherKey() {
        AtomicInteger asked = new AtomicInteger();
        GenerationStream stream =
                transport.client(clock).apiKeySupplier(() -> "nb_" + asked.incrementAndGet()).build().stream(REQUEST);
        transport.call(0).head(401, "Content-Type", "application/json").bytes("{\"error\": \"token_expired\", \"x\": ");
        stream.cancel();
        assertThat(asked).hasValue(1);
        assertThat(clock.pending()).isZero();
    }

    @Test
    void cancelTwiceIsCancelOnce() {
        GenerationStream stream = client.stream(REQUEST);
        stream.cancel();
        stream.cancel();
        stream.close();
        assertThat(listener.outcomes).hasSize(1);
    }

    @Test
    void cancelAfterTheEndDoesNothing() {
        transport.next(StubTransport.StubCall::story);
        GenerationStream stream = client.stream(REQUEST);
        stream.result();
        stream.close();
        assertThat(stream.text()).isEqualTo("Once");
        assertThat(transport.call(0).cancels()).isZero();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.COMPLETED);
    }

    @Test
    void cancelWakesAReaderThatWaits() throws Exception {
        GenerationStream stream = client.stream(REQUEST);
        ReaderThread<String> reader = ReaderThread.start(stream::text).awaitWaiting();
        stream.cancel();
        assertThat(reader.failure())
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CALLER));
    }

    @Test
    void leavingTheLoopOfATryWithResourcesStopsTheGeneration() {
        transport.next(call -> call.stream().start().delta("a").delta("b"));
        try (GenerationStream stream = client.stream(REQUEST)) {
            stream.iterator().next();
        }
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
    }

    @Test
    void interruptedReaderCancelsAndKeepsItsFlag() throws Exception {
        GenerationStream stream = client.stream(REQUEST);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        ReaderThread<Boolean> reader = ReaderThread.start(() -> {
                    try {
                        stream.text();
                    } catch (NeuralBoxException e) {
                        thrown.set(e);
                    }
                    return Thread.currentThread().isInterrupted();
                })
                .awaitWaiting();
        reader.interrupt();
        assertThat(reader.result()).isTrue();
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void interruptedGenerateCancelsAndKeepsItsFlag() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        ReaderThread<Boolean> reader = ReaderThread.start(() -> {
                    try {
                        client.generate(REQUEST);
                    } catch (NeuralBoxException e) {
                        thrown.set(e);
                    }
                    return Thread.currentThread().isInterrupted();
                })
                .awaitWaiting();
        reader.interrupt();
        assertThat(reader.result()).isTrue();
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));
    }

    @Test
    void interruptBeforeReadingCancelsOnlyIfTheReaderHasToWait() {
        transport.next(StubTransport.StubCall::story);
        GenerationStream stream = client.stream(REQUEST);
        Thread.currentThread().interrupt();
        assertThat(stream.text()).isEqualTo("Once");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void cancelledFutureCancelsTheCall() {
        CompletableFuture<Generation> result = client.generateAsync(REQUEST);
        result.cancel(false);
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
    }

    @Test
    void cancelledDerivedFutureLeavesTheCallAlone() {
        CompletableFuture<Generation> result = client.generateAsync(REQUEST);
        result.thenApply(Generation::text).cancel(false);
        transport.call(0).story();
        assertThat(result.join().text()).isEqualTo("Once");
    }

    @Test
    void futureThatSomebodyElseCompletesCancelsTheCall() {
        NeuralBox other = new StubTransport()
                .next(StubTransport.StubCall::story)
                .client(clock)
                .build();
        Generation substitute = other.generateAsync(REQUEST).join();
        CompletableFuture<Generation> result = client.generateAsync(REQUEST);
        result.complete(substitute);
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void cancelFromInsideAListenerEndsTheCall() {
        AtomicReference<GenerationStream> stream = new AtomicReference<>();
        GenerationListener cancelling = info -> new GenerationListener.Observer() {
            @Override
            public void head(int status) {
                stream.get().cancel();
            }

            @Override
            public void ended(GenerationOutcome outcome) {}
        };
        stream.set(transport.client(clock).listener(cancelling).listener(listener).build().stream(REQUEST));
        transport.call(0).stream().start();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
        assertThatThrownBy(() -> stream.get().text()).isInstanceOf(GenerationCancelledException.class);
    }

    @Test
    void closedClientEndsCallsInFlight() {
        GenerationStream waiting = client.stream(REQUEST);
        CompletableFuture<Generation> streaming = client.generateAsync(REQUEST);
        transport.call(1).stream().start();
        client.close();
        client.close();
        assertThat(listener.outcomes).hasSize(2);
        assertThatThrownBy(waiting::text)
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CLIENT_CLOSED));
        assertThat(streaming).isCompletedExceptionally();
        assertThat(transport.calls)
                .allSatisfy(call -> assertThat(call.cancels()).isPositive());
        assertThat(clock.pending()).isZero();
    }

    @Test
    void closedClientLeavesTheCallersTransportOpen() {
        client.close();
        assertThat(transport.closed).isFalse();
    }

    @Test
    void closedClientSendsNothingMore() {
        client.close();
        assertThatThrownBy(() -> client.generate(REQUEST))
                .isInstanceOfSatisfying(GenerationCancelledException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.CLIENT_CLOSED);
                    assertThat(e.attempts()).isZero();
                    assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                });
        assertThatThrownBy(() -> client.stream(REQUEST).text()).isInstanceOf(GenerationCancelledException.class);
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void closedClientGivesUpTheTailOfABody() {
        client.generateAsync(REQUEST);
        transport.call(0).stream().end().done();
        client.close();
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void closedClientWakesAReaderThatWaits() throws Exception {
        GenerationStream stream = client.stream(REQUEST);
        ReaderThread<String> reader = ReaderThread.start(stream::text).awaitWaiting();
        client.close();
        assertThat(reader.failure()).isInstanceOf(GenerationCancelledException.class);
    }

    @Test
    @Logs("a GenerationStream was dropped")
    void forgottenStreamIsCancelledWithOneWarning() {
        // What other tests forgot is collected with the first of these two at the latest, and told before the second.
        forget();
        forget();
        try (LogCapture log = LogCapture.start()) {
            assertThat(forget().error())
                    .isInstanceOfSatisfying(
                            GenerationCancelledException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ABANDONED));
            assertThat(awaitLines(log, 1))
                    .containsExactly(
                            "WARNING a GenerationStream was dropped without being read to its end or closed; it"
                                    + " is cancelled now. Use try-with-resources");
        }
    }

    /** One thread cancels what all clients of the process have forgotten. */
    @Test
    @Logs("a GenerationStream was dropped")
    void forgottenStreamIsCancelledThoughTheLogBlocks() {
        CountDownLatch released = new CountDownLatch(1);
        Handler blocked = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                try {
                    assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("top.neuralbox");
        NeuralBox threaded = transport
                .client(clock)
                .callbacks(task -> new Thread(task, "callback").start())
                .build();
        WeakReference<GenerationStream> forgotten = new WeakReference<>(threaded.stream(REQUEST));
        logger.addHandler(blocked);
        try {
            ReaderThread.await(
                    () -> {
                        System.gc();
                        return forgotten.get() == null && transport.call(0).cancels() > 0;
                    },
                    "the stream was not given up");
        } finally {
            released.countDown();
            logger.removeHandler(blocked);
        }
    }

    @Test
    void closedStreamIsNotWarnedOf() {
        try (LogCapture log = LogCapture.start()) {
            // Streams that other tests forgot are warned of before these two, or together with them.
            forget();
            forget();
            awaitLines(log, 2);
            int before = log.lines().size();

            client.stream(REQUEST).close();
            forget();
            assertThat(awaitLines(log, before + 1)).hasSize(before + 1);
        }
    }

    @Test
    void streamThatIsStillIteratedIsNotForgotten() {
        Iterator<String> pieces = client.stream(REQUEST).textDeltas().iterator();
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        ReaderThread.await(
                () -> {
                    System.gc();
                    return garbage.get() == null;
                },
                "nothing was collected");
        transport.call(0).story();
        assertThat(pieces.next()).isEqualTo("Once");
    }

    /** The warning follows the end of the generation. */
    private static List<String> awaitLines(LogCapture log, int count) {
        ReaderThread.await(() -> log.lines().size() >= count, "less was logged");
        return log.lines();
    }

    private GenerationOutcome forget() {
        RecordingListener heard = new RecordingListener();
        WeakReference<GenerationStream> forgotten =
                new WeakReference<>(transport.client(clock).listener(heard).build().stream(REQUEST));
        ReaderThread.await(
                () -> {
                    System.gc();
                    return forgotten.get() == null && !heard.outcomes.isEmpty();
                },
                "the stream was not given up");
        return heard.outcome();
    }

    private void assertCancelled(GenerationStream stream, Phase phase, BillingState billing) {
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(clock.pending()).isZero();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
        assertThatThrownBy(stream::text).isInstanceOfSatisfying(GenerationCancelledException.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.CALLER);
            assertThat(e.phase()).isEqualTo(phase);
            assertThat(e.billingState()).isEqualTo(billing);
            assertThat(e).hasMessageStartingWith("the caller cancelled the generation");
        });
    }
}
