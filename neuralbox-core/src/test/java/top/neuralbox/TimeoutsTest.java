package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.concurrent.ManualDelayer;

/** The timers of a call, on a clock that the test moves. */
class TimeoutsTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final Timeouts OFF = Timeouts.builder()
            .responseHead(Duration.ZERO)
            .firstEvent(Duration.ZERO)
            .idle(Duration.ZERO)
            .eventIdle(Duration.ZERO)
            .build();

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        Timeouts defaults = Timeouts.defaults();
        assertThat(defaults.connect()).isEqualTo(Duration.ofSeconds(10));
        assertThat(defaults.responseHead()).isEqualTo(Duration.ofSeconds(120));
        assertThat(defaults.firstEvent()).isEqualTo(Duration.ofSeconds(120));
        assertThat(defaults.idle()).isEqualTo(Duration.ofSeconds(90));
        assertThat(defaults.eventIdle()).isEqualTo(Duration.ofMinutes(5));
        assertThat(defaults.total()).isZero();
    }

    @Test
    void connectIsTheTransportsToKeep() {
        publish(Timeouts.builder().connect(Duration.ofSeconds(3)).build());
        clock.advance(Duration.ofDays(1));
        assertThat(subscriber.terminals()).isZero();
        assertThat(transport.call(0).request.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void responseHeadRunsFromTheMomentTheRequestIsSent() {
        publish(Timeouts.defaults());
        clock.advance(Duration.ofSeconds(100));
        transport.call(0).sent();
        clock.advance(Duration.ofMillis(119_999));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertTimedOut(Timer.RESPONSE_HEAD, Duration.ofSeconds(120));
        assertThat(subscriber.errors.get(0)).hasMessage("waiting for the response head took longer than 120000 ms");
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void processThatWasFrozenLooksOnceMoreAtWhatHasCome() {
        publish(Timeouts.defaults());
        transport.call(0).stream().start().delta("Here");
        clock.freeze(Duration.ofHours(8));
        assertThat(subscriber.terminals()).isZero();
        transport.call(0).delta(" are");
        clock.advance(Duration.ofSeconds(2));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofSeconds(90));
        assertTimedOut(Timer.IDLE, Duration.ofSeconds(90));
    }

    @Test
    void processThatWasFrozenWhileNothingCameTimesOutASecondLater() {
        publish(Timeouts.defaults());
        transport.call(0).stream().start();
        clock.freeze(Duration.ofHours(8));
        clock.advance(Duration.ofMillis(999));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertTimedOut(Timer.IDLE, Duration.ofSeconds(90));
    }

    @Test
    void processThatWasFrozenBeforeTheHeadLooksOnceMore() {
        publish(Timeouts.defaults());
        transport.call(0).sent();
        clock.freeze(Duration.ofHours(8));
        assertThat(subscriber.terminals()).isZero();
        transport.call(0).stream().start().delta("Here").end().done().finish();
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void firstEventRunsFromTheHead() {
        publish(Timeouts.builder().idle(Duration.ZERO).build());
        transport.call(0).sent();
        clock.advance(Duration.ofSeconds(100));
        transport.call(0).stream();
        clock.advance(Duration.ofMillis(119_999));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertTimedOut(Timer.FIRST_EVENT, Duration.ofSeconds(120));
    }

    @Test
    void firstEventIsNotPutOffByComments() {
        publish(Timeouts.defaults());
        transport.call(0).stream();
        for (int i = 0; i < 11; i++) {
            clock.advance(Duration.ofSeconds(10));
            transport.call(0).bytes(": keep-alive\n\n");
        }
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofSeconds(10));
        assertTimedOut(Timer.FIRST_EVENT, Duration.ofSeconds(120));
    }

    @Test
    void firstEventEndsWithAnEventOfAnyType() {
        publish(Timeouts.defaults());
        transport.call(0).stream().event("{\"type\": \"mood\"}");
        for (int i = 0; i < 29; i++) {
            clock.advance(Duration.ofSeconds(10));
            transport.call(0).bytes(": keep-alive\n\n");
        }
        assertThat(subscriber.terminals()).isZero();
    }

    @Test
    void idleRunsBetweenBytes() {
        publish(Timeouts.defaults());
        transport.call(0).stream().start();
        clock.advance(Duration.ofSeconds(80));
        transport.call(0).bytes(":");
        clock.advance(Duration.ofMillis(89_999));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertTimedOut(Timer.IDLE, Duration.ofSeconds(90));
    }

    @Test
    void eventIdleIsNotPutOffByComments() {
        publish(Timeouts.defaults());
        transport.call(0).stream().start();
        for (int i = 0; i < 29; i++) {
            clock.advance(Duration.ofSeconds(10));
            transport.call(0).bytes(": keep-alive\n\n");
        }
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofSeconds(10));
        assertTimedOut(Timer.EVENT_IDLE, Duration.ofMinutes(5));
    }

    @Test
    void eventIdleIsNotPutOffByCommentsForAReaderThatWaits() throws Exception {
        NeuralBox client = transport.client(clock).build();
        transport.next(call -> call.stream().start());
        GenerationStream stream = client.stream(REQUEST);
        ReaderThread<String> reader = ReaderThread.start(stream::text).awaitWaiting();
        StubTransport.StubCall call = transport.call(0);
        // The inbox asks for more when half of its window is read. The stream's start was the first chunk.
        int replenish = BodyInbox.WINDOW / 2;
        comments(call, replenish - 1);
        for (int i = 0; i < 30; i++) {
            clock.advance(Duration.ofSeconds(10));
            comments(call, replenish);
            ReaderThread.await(() -> reader.ended() || call.demand() == BodyInbox.WINDOW, "comments are not read");
            reader.awaitWaitingOrEnd();
        }
        assertThat(reader.failure())
                .isInstanceOfSatisfying(
                        GenerationTimeoutException.class,
                        e -> assertThat(e.timer()).isEqualTo(Timer.EVENT_IDLE));
    }

    private static void comments(StubTransport.StubCall call, int count) {
        for (int i = 0; i < count; i++) {
            call.bytes(":\n");
        }
    }

    @Test
    void eventIdleMayBeShorterThanFirstEvent() {
        publish(OFF.toBuilder()
                .firstEvent(Duration.ofSeconds(100))
                .eventIdle(Duration.ofSeconds(5))
                .build());
        transport.call(0).stream().start();
        clock.advance(Duration.ofSeconds(5));
        assertTimedOut(Timer.EVENT_IDLE, Duration.ofSeconds(5));
    }

    @Test
    void totalRunsThroughEverything() {
        publish(OFF.toBuilder().total(Duration.ofSeconds(10)).build());
        clock.advance(Duration.ofSeconds(4));
        transport.call(0).stream().start();
        clock.advance(Duration.ofSeconds(5));
        transport.call(0).delta("Here");
        clock.advance(Duration.ofSeconds(1));
        assertTimedOut(Timer.TOTAL, Duration.ofSeconds(10));
    }

    @Test
    void totalRunsWhileNothingIsAskedFor() {
        RecordingSubscriber slow = RecordingSubscriber.asking(1);
        transport
                .client(clock)
                .timeouts(OFF.toBuilder().total(Duration.ofSeconds(10)).build())
                .build()
                .publish(REQUEST)
                .subscribe(slow);
        transport.call(0).stream().start().delta("Here");
        clock.advance(Duration.ofSeconds(10));
        assertThat(slow.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        GenerationTimeoutException.class,
                        e -> assertThat(e.timer()).isEqualTo(Timer.TOTAL));
    }

    @Test
    void zeroSwitchesATimerOff() {
        publish(OFF);
        transport.call(0).sent();
        clock.advance(Duration.ofDays(1));
        transport.call(0).stream();
        clock.advance(Duration.ofDays(1));
        transport.call(0).start();
        clock.advance(Duration.ofDays(1));
        assertThat(subscriber.terminals()).isZero();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void aDurationBeyondAllClocksIsNoError() {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        publish(Timeouts.builder()
                .connect(forever)
                .responseHead(forever)
                .firstEvent(forever)
                .idle(forever)
                .eventIdle(forever)
                .total(forever)
                .build());
        transport.call(0).story();
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void requestsOwnTimeoutsComeBeforeTheClients() {
        GenerationRequest request = GenerationRequest.builder()
                .model("gpt-5")
                .message(Message.user("hello"))
                .timeouts(OFF.toBuilder().responseHead(Duration.ofSeconds(1)).build())
                .build();
        transport.client(clock).build().publish(request).subscribe(subscriber);
        transport.call(0).sent();
        clock.advance(Duration.ofSeconds(1));
        assertTimedOut(Timer.RESPONSE_HEAD, Duration.ofSeconds(1));
    }

    @Test
    void idleTimersRestWhileNothingIsAskedFor() {
        RecordingSubscriber slow = RecordingSubscriber.asking(1);
        transport.client(clock).build().publish(REQUEST).subscribe(slow);
        transport.call(0).stream().start();
        clock.advance(Duration.ofHours(1));
        slow.request(1);
        clock.advance(Duration.ofSeconds(89));
        assertThat(slow.terminals()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(slow.errors)
                .singleElement()
                .isInstanceOfSatisfying(
                        GenerationTimeoutException.class,
                        e -> assertThat(e.timer()).isEqualTo(Timer.IDLE));
    }

    @Test
    void idleTimersRestWhileAnEventIsHeldBack() {
        RecordingSubscriber slow = RecordingSubscriber.asking(1);
        transport.client(clock).build().publish(REQUEST).subscribe(slow);
        transport.call(0).stream().start().delta("Here");
        clock.advance(Duration.ofHours(1));
        assertThat(slow.terminals()).isZero();
    }

    @Test
    void idleTimersRestWhileTheSubscriberIsBusy() {
        subscriber.onNext(
                event -> clock.advance(event instanceof GenerationEvent.End ? Duration.ZERO : Duration.ofHours(1)));
        publish(Timeouts.defaults());
        transport.call(0).story();
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void idleTimersRestWhileTheExecutorKeepsUsWaiting() {
        List<Runnable> queue = new ArrayList<>();
        Executor slow = queue::add;
        transport.client(clock).executor(slow).build().publish(REQUEST).subscribe(subscriber);
        runAll(queue);
        transport.call(0).stream();
        runAll(queue);
        clock.advance(Duration.ofSeconds(10));
        transport.call(0).story();
        clock.advance(Duration.ofHours(1));
        runAll(queue);
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void idleTimersRestWhileTheReaderIsAway() throws Exception {
        NeuralBox client = transport.client(clock).build();
        transport.next(call -> call.stream().start());
        GenerationStream stream = client.stream(REQUEST);
        var events = stream.iterator();
        events.next();
        clock.advance(Duration.ofHours(1));
        transport.call(0).delta("Here");
        assertThat(events.next()).isEqualTo(new GenerationEvent.Delta("Here"));
    }

    @Test
    void idleTimersRestUntilTheReaderComes() {
        NeuralBox client = transport.client(clock).build();
        transport.next(call -> call.stream());
        GenerationStream stream = client.stream(REQUEST);
        clock.advance(Duration.ofHours(1));
        transport.call(0).start().delta("Here").end().done();
        assertThat(stream.text()).isEqualTo("Here");
    }

    @Test
    void idleRunsForAReaderThatWaits() throws Exception {
        NeuralBox client = transport.client(clock).build();
        transport.next(call -> call.stream().start());
        GenerationStream stream = client.stream(REQUEST);
        ReaderThread<String> reader = ReaderThread.start(stream::text).awaitWaiting();
        clock.advance(Duration.ofSeconds(90));
        assertThat(reader.failure()).isInstanceOfSatisfying(GenerationTimeoutException.class, e -> {
            assertThat(e.timer()).isEqualTo(Timer.IDLE);
            assertThat(e.phase()).isEqualTo(NeuralBoxException.Phase.STREAM);
            assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
            assertThat(e.partial().id()).isEqualTo("gen_1");
        });
    }

    @Test
    void answerThatStallsTimesOut() {
        publish(Timeouts.defaults());
        transport.call(0).head(200, "Content-Type", "application/json").bytes("{");
        clock.advance(Duration.ofSeconds(80));
        transport.call(0).bytes("\"id\"");
        clock.advance(Duration.ofMillis(39_999));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertTimedOut(Timer.FIRST_EVENT, Duration.ofSeconds(120));
    }

    @Test
    void answerThatTakesTooLongKeepsItsIdToBeAskedForLater() {
        publish(Timeouts.builder().total(Duration.ofSeconds(60)).build());
        transport.call(0).head(200, "Content-Type", "application/json").bytes("{\"id\": \"gen_7\", \"content\": \"On");
        clock.advance(Duration.ofSeconds(60));
        assertTimedOut(Timer.TOTAL, Duration.ofSeconds(60));
        assertThat(((NeuralBoxException) subscriber.errors.get(0)).partial().id())
                .isEqualTo("gen_7");
    }

    @Test
    void answerWithoutBytesTimesOutAsIdle() {
        publish(Timeouts.defaults());
        transport.call(0).head(200, "Content-Type", "application/json").bytes("{");
        clock.advance(Duration.ofSeconds(90));
        assertTimedOut(Timer.IDLE, Duration.ofSeconds(90));
    }

    @Test
    void noTimerIsLeftBehind() {
        publish(Timeouts.builder().total(Duration.ofHours(1)).build());
        transport.call(0).story();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void noTimerIsLeftBehindByACancelledCall() {
        CompletableFuture<Generation> result = transport
                .client(clock)
                .timeouts(Timeouts.builder().total(Duration.ofHours(1)).build())
                .build()
                .generateAsync(REQUEST);
        transport.call(0).stream().start();
        result.cancel(true);
        assertThat(clock.pending()).isZero();
    }

    private void publish(Timeouts timeouts) {
        transport.client(clock).timeouts(timeouts).build().publish(REQUEST).subscribe(subscriber);
    }

    private void assertTimedOut(Timer timer, Duration limit) {
        assertThat(subscriber.errors).singleElement().isInstanceOfSatisfying(GenerationTimeoutException.class, e -> {
            assertThat(e.timer()).isEqualTo(timer);
            assertThat(e.limit()).isEqualTo(limit);
        });
        assertThat(clock.pending()).isZero();
    }

    private static void runAll(List<Runnable> queue) {
        while (!queue.isEmpty()) {
            queue.remove(0).run();
        }
    }
}
