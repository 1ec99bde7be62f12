package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.BillingState;
import top.neuralbox.FaultClock;
import top.neuralbox.Generation;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationCancelledException.Reason;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationStream;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows 38 to 41 and 54 to 63: time passes, or the caller slows down, throws, cancels, closes or goes away. */
@ParameterizedClass
@EnumSource
class CallerRowsTest {

    private static final Duration HEAD = Timeouts.defaults().responseHead();
    private static final Duration IDLE = Timeouts.defaults().idle();
    private static final Duration EVENT_IDLE = Timeouts.defaults().eventIdle();
    /** What an engine's window and the sockets of both sides hold. */
    private static final int IN_FLIGHT = 16 * 1024 * 1024;

    @Parameter
    Carrier carrier;

    @Test
    void row38CommentsAloneDoNotKeepAStreamAlive() {
        streamThatTrickles(": still here\n\n", EVENT_IDLE, Timer.EVENT_IDLE);
    }

    @Test
    void row38CommentsAloneBeforeTheFirstEventTimeOut() {
        Duration limit = Timeouts.defaults().firstEvent();
        try (FaultRow row = FaultRow.on(carrier)) {
            var events = row.start(Reply.stream("").forever(": still here\n\n"));

            GenerationTimeoutException error = trickle(row, events);

            assertTimer(error, Timer.FIRST_EVENT, limit);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row39StallInTheStreamTimesOut() {
        try (FaultRow row = FaultRow.on(carrier)) {
            var events = row.start(Reply.stream(sse(START, DELTA)).hold());
            events.awaitItems(2);

            row.clock().advanceUntil(events::isTerminated, IDLE, () -> {});

            GenerationTimeoutException error = failure(GenerationTimeoutException.class, events);
            assertTimer(error, Timer.IDLE, IDLE);
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
            assertThat(error.partial().text()).isEqualTo("Here");
        }
    }

    @Test
    void row40StallBeforeTheHeadTimesOut() {
        try (FaultRow row = FaultRow.on(carrier)) {
            var events = row.start(Reply.nothing().hold());
            row.server().awaitRequests(1);
            row.clock().awaitTimer(HEAD);

            row.clock().advance(HEAD);

            GenerationTimeoutException error = failure(GenerationTimeoutException.class, events);
            assertTimer(error, Timer.RESPONSE_HEAD, HEAD);
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row41OneByteAtATimeTimesOutAsNoEvent() {
        streamThatTrickles("x", EVENT_IDLE, Timer.EVENT_IDLE);
    }

    @Test
    void row54SlowConsumerHoldsTheServerBackAndNoIdleTimerFires() {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2).pooled(1)) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.withoutDemand();
            row.start(events, Reply.stream(sse(START)).forever(sse(DELTA).repeat(500)));
            events.request(2);
            events.awaitItems(2);

            row.clock().advance(EVENT_IDLE.multipliedBy(3));
            long moved = moveMuchOnAnotherCall(row);

            assertThat(events.isTerminated()).isFalse();
            assertThat(events.items()).hasSize(2);
            assertThat(row.server().bytesWritten()).isLessThan(moved + IN_FLIGHT);
            events.cancel();
            row.server().awaitRelease(1);
        }
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void row55ConsumerThatThrowsCancelsItsGenerationAlone() {
        throwing(new IllegalStateException("thrown by a test"));
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void row56ConsumerThatThrowsAnErrorCancelsItsGenerationAlone() {
        throwing(new StackOverflowError("thrown by a test"));
    }

    @Test
    void row58CancelBeforeTheHead() {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.nothing().hold());
            GenerationStream stream = row.client().stream(request());
            row.server().awaitRequests(1);

            stream.cancel();

            row.server().awaitRelease();
            assertFacts(cancelled(stream, Reason.CALLER), Phase.SENT, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void row58CancelInTheStream() {
        try (FaultRow row = FaultRow.on(carrier)) {
            RecordingSubscriber<GenerationEvent> events =
                    row.start(Reply.stream(sse(START, DELTA)).hold());
            events.awaitItems(2);

            events.cancel();

            row.server().awaitRelease();
            assertThat(events.isTerminated()).isFalse();
            FaultClock.await("the outcome", () -> !row.ledger().outcomes().isEmpty());
            GenerationOutcome outcome = row.ledger().outcomes().get(0);
            assertThat(outcome.kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
        }
    }

    /**
     * A call asks for 16 buffers, so the transport holds the rest. The second generation comes over the same connection, so the
     * first one has arrived by then.
     */
    @Test
    void row58CancelWithTheBillStillInTheTransportTellsItsPrice() {
        String piece = "a".repeat(1_100);
        Reply.Builder reply = Reply.stream(sse(START));
        for (int i = 0; i < 24; i++) {
            reply.data(sse("{\"type\": \"content_delta\", \"delta\": \"" + piece + "\"}"));
        }
        try (FaultRow row =
                FaultRow.on(carrier, carrier.server(), config -> config.maxConnections(1), settings -> {})) {
            row.expectRequests(2).answer(reply.data(sse(Reply.END, Reply.DONE)).end());
            GenerationStream stream = row.client().stream(request());
            row.server().awaitRequests(1);
            if (carrier.isHttp2()) {
                // The server answers each stream on a thread of its own.
                row.server().awaitNoConnections();
            }
            row.completes(Reply.whole());

            stream.cancel();

            GenerationCancelledException error = cancelled(stream, Reason.CALLER);
            assertThat(error.billingState()).isEqualTo(BillingState.CHARGED);
            assertThat(error.partial().billing()).isNotNull();
            assertThat(error.partial().text()).hasSize(24 * 1_100);
        }
    }

    @Test
    void row58CancelFromInsideACallback() {
        try (FaultRow row = FaultRow.on(carrier)) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> {
                if (event instanceof GenerationEvent.Delta) {
                    events.cancel();
                }
            });

            row.start(events, Reply.stream(sse(START, DELTA)).forever(sse(DELTA)));

            events.awaitItems(2);
            row.server().awaitRelease();
            assertThat(events.items()).hasSize(2);
        }
    }

    @Test
    void row59CancelThatRacesCompletionHasOneOutcome() {
        int rounds = 50;
        try (FaultRow row = FaultRow.alone(carrier).expectRequests(rounds)) {
            LongAdder settled = new LongAdder();
            for (int i = 0; i < rounds; i++) {
                Gate go = new Gate();
                row.answer(Reply.stream(sse(START, DELTA))
                        .await(go)
                        .data(sse(Reply.END, Reply.DONE))
                        .end());
                CompletableFuture<Generation> future = row.client().generateAsync(request());
                row.server().awaitRequests(i + 1);

                go.open();
                future.cancel(false);

                future.whenComplete((generation, error) -> settled.increment());
            }
            assertThat(settled.sum()).isEqualTo(rounds);
            FaultClock.await("all outcomes", () -> row.ledger().outcomes().size() == rounds);
        }
    }

    @Test
    void row60CancelDuringABackOffReturnsAtOnce() {
        Duration wait = Duration.ofSeconds(15);
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.json(429, "{\"error\": \"rate_limit_exceeded\", \"retry_after\": 15}"));
            GenerationStream stream = row.client().stream(request());
            row.clock().awaitTimer(wait);

            stream.cancel();

            assertThat(row.clock().pending()).isZero();
            assertThat(cancelled(stream, Reason.CALLER).billingState()).isEqualTo(BillingState.NOT_CHARGED);
        }
    }

    @Test
    void row61ClosedClientEndsItsStreams() {
        try (FaultRow row = FaultRow.on(carrier).withoutNextCall().expectRequests(2)) {
            var inStream = row.start(Reply.stream(sse(START, DELTA)).hold());
            inStream.awaitItems(2);
            var beforeHead = row.start(Reply.nothing().hold());
            row.server().awaitRequests(2);

            row.client().close();
            row.client().close();

            row.server().awaitRelease();
            for (var events : java.util.List.of(inStream, beforeHead)) {
                assertThat(failure(GenerationCancelledException.class, events).reason())
                        .isEqualTo(Reason.CLIENT_CLOSED);
            }
            var late = row.start();
            assertThat(failure(GenerationCancelledException.class, late).reason())
                    .isEqualTo(Reason.CLIENT_CLOSED);
        }
    }

    @Test
    void row62InterruptedReaderCancelsAndKeepsItsFlag() throws Exception {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.stream(sse(START, DELTA)).hold());
            Gate waiting = new Gate();
            AtomicBoolean flag = new AtomicBoolean();
            AtomicReference<GenerationCancelledException> thrown = new AtomicReference<>();
            Thread reader = new Thread(
                    () -> {
                        try (GenerationStream stream = row.client().stream(request())) {
                            for (GenerationEvent event : stream) {
                                if (event instanceof GenerationEvent.Delta) {
                                    waiting.open();
                                }
                            }
                        } catch (GenerationCancelledException e) {
                            thrown.set(e);
                            flag.set(Thread.currentThread().isInterrupted());
                        }
                    },
                    "testkit-reader");
            reader.start();
            waiting.await();

            reader.interrupt();
            reader.join();

            assertThat(thrown.get().reason()).isEqualTo(Reason.INTERRUPTED);
            assertThat(flag).isTrue();
        }
    }

    @Test
    void row63StreamThatIsLeftEarlyIsCancelled() {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.stream(sse(START)).forever(sse(DELTA)));

            AtomicInteger read = new AtomicInteger();
            try (GenerationStream stream = row.client().stream(request())) {
                for (String piece : stream.textDeltas()) {
                    if (read.addAndGet(piece.length()) > 100) {
                        break;
                    }
                }
            }

            row.server().awaitRelease();
        }
    }

    @Test
    @Logs("a GenerationStream was dropped")
    void row63ForgottenStreamIsCancelled() {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.stream(sse(START)).hold());
            openAndForget(row);

            FaultClock.await("the collector", () -> {
                System.gc();
                return !row.ledger().outcomes().isEmpty();
            });

            assertThat(row.ledger().outcomes().get(0).error())
                    .isInstanceOfSatisfying(
                            GenerationCancelledException.class,
                            error -> assertThat(error.reason()).isEqualTo(Reason.ABANDONED));
        }
    }

    @Test
    void row67TotalCoversBackOffAndIsCountedOnTheMonotonicClock() {
        Duration total = Duration.ofSeconds(10);
        Timeouts timeouts = Timeouts.builder().total(total).build();
        try (FaultRow row = FaultRow.on(
                        carrier, settings -> settings.timeouts(timeouts).retryPolicy(RetryPolicy.defaults()))
                .expectRequests(2)) {
            var events = row.start(
                    Reply.json(429, "{\"retry_after\": 6}"),
                    Reply.stream(sse(START, DELTA)).hold());
            row.clock().awaitTimer(Duration.ofSeconds(6));
            row.clock().setWall(Duration.ofHours(-1));
            row.clock().advance(Duration.ofSeconds(6));
            events.awaitItems(2);
            row.clock().setWall(Duration.ofHours(1));

            row.clock().advance(Duration.ofSeconds(3));
            assertThat(events.isTerminated()).isFalse();
            row.clock().advance(Duration.ofSeconds(1));

            GenerationTimeoutException error = failure(GenerationTimeoutException.class, events);
            assertTimer(error, Timer.TOTAL, total);
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 2);
        }
    }

    /** A clock for the call that rests: what reads ahead would have read as much there. Gives how many bytes moved. */
    private static long moveMuchOnAnotherCall(FaultRow row) {
        byte[] piece = sse("{\"type\": \"content_delta\", \"delta\": \"" + "x".repeat(512 * 1024) + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
        Reply.Builder much = Reply.stream(sse(START));
        long moved = 0;
        while (moved < 2 * IN_FLIGHT) {
            much.data(piece);
            moved += piece.length;
        }
        row.answer(much.data(sse(Reply.END, Reply.DONE)).end());
        try (GenerationStream stream = row.client().stream(request())) {
            stream.textDeltas().forEach(text -> {});
        }
        return moved;
    }

    /** Bytes go on arriving between the steps of the clock, so that the timer of bytes alone never runs out. */
    private void streamThatTrickles(String bytes, Duration limit, Timer timer) {
        try (FaultRow row = FaultRow.on(carrier)) {
            var events = row.start(Reply.stream(sse(START)).forever(bytes));
            events.awaitItems(1);

            GenerationTimeoutException error = trickle(row, events);

            assertTimer(error, timer, limit);
            assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
        }
    }

    private static GenerationTimeoutException trickle(FaultRow row, RecordingSubscriber<GenerationEvent> events) {
        FaultClock.await("the first bytes", () -> row.ledger().received() > 0);
        row.clock().advanceUntil(events::isTerminated, IDLE.dividedBy(2), () -> {
            // Once for what was on its way when the clock moved, and once for what came after.
            for (int i = 0; i < 2; i++) {
                long seen = row.ledger().received();
                FaultClock.await(
                        "more bytes",
                        () -> events.isTerminated() || row.ledger().received() > seen);
            }
        });
        return failure(GenerationTimeoutException.class, events);
    }

    /** In a method of its own, whose frame holds the stream no longer when it returns. */
    private static void openAndForget(FaultRow row) {
        GenerationStream stream = row.client().stream(request());
        row.server().awaitRequests(1);
        // Otherwise the collector may take it before it is sent.
        Reference.reachabilityFence(stream);
    }

    private void throwing(Throwable thrown) {
        try (FaultRow row = FaultRow.on(carrier).expectRequests(2).pooled(1)) {
            Gate end = new Gate();
            RecordingSubscriber<GenerationEvent> other = row.start(Reply.stream(sse(START, DELTA))
                    .await(end)
                    .data(sse(Reply.END, Reply.DONE))
                    .end());
            other.awaitItems(2);
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            });

            row.start(events, Reply.stream(sse(START, DELTA)).forever(sse(DELTA)));

            GenerationCancelledException error = failure(GenerationCancelledException.class, events);
            assertThat(error.reason()).isEqualTo(Reason.CALLER);
            assertThat(error).hasCause(thrown);
            end.open();
            other.awaitCompletion();
        }
    }

    private static GenerationCancelledException cancelled(GenerationStream stream, Reason reason) {
        GenerationCancelledException error = catchThrowableOfType(GenerationCancelledException.class, stream::result);
        assertThat(error.reason()).isEqualTo(reason);
        return error;
    }

    private static void assertTimer(GenerationTimeoutException error, Timer timer, Duration limit) {
        assertThat(error.timer()).isEqualTo(timer);
        assertThat(error.limit()).isEqualTo(limit);
        assertThat(error).hasMessageContaining(limit.toMillis() + " ms");
    }
}
