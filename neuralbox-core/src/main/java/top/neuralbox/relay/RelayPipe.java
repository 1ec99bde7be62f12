package top.neuralbox.relay;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationEvent;
import top.neuralbox.concurrent.DemandSum;
import top.neuralbox.concurrent.DrainLoop;
import top.neuralbox.concurrent.MemoryWait;
import top.neuralbox.concurrent.ProcessThreads;

/**
 * One relayed generation, from its first event to its last buffer. An event, demand, a timer or a cancel is stored for {@link
 * #advance}, and {@link #drive} lets one thread at a time advance, so this class needs no lock. It ends in {@link #end}.
 */
final class RelayPipe implements Flow.Publisher<ByteBuffer>, Flow.Subscriber<GenerationEvent> {

    /** The most events that are requested ahead, if the reader's demand is as large: about as many as one network read. */
    private static final int WINDOW = 16;

    /** Created with the class, as {@link #SUM}: there may be no memory when they are needed, and a signal would be lost. */
    private static final Outcome WITHOUT_ERROR = new Outcome(null);

    private static final LongBinaryOperator SUM = DemandSum::of;

    private static final AtomicIntegerFieldUpdater<RelayPipe> HANDING =
            AtomicIntegerFieldUpdater.newUpdater(RelayPipe.class, "handing");

    private final Flow.Publisher<GenerationEvent> events;
    private final RelayEncoder encoder;
    private final RelayClock clock;
    private final CompletableFuture<StreamRelay.Head> head = new CompletableFuture<>();

    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final Executor callbacks;
    private final DrainLoop turns;

    private final AtomicReference<Flow.@Nullable Subscription> upstream = new AtomicReference<>();
    private final Queue<GenerationEvent> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Outcome> finished = new AtomicReference<>();
    private final AtomicReference<@Nullable Farewell> stopped = new AtomicReference<>();
    private final AtomicLong requested = new AtomicLong();
    private volatile Flow.@Nullable Subscriber<? super ByteBuffer> receiver;
    private volatile boolean headIsLate;

    /** Whether the requesting thread may deliver buffers, because the subscriber is our own {@link StreamPump}. */
    private volatile boolean readerMayDeliver;

    /** True at the start, so that the first check arms the timer. */
    private volatile boolean keepAliveRanOut = true;

    /** True at the start too. */
    private volatile boolean patienceRanOut = true;

    /** 1 while the reader has a buffer, and may block. */
    private volatile int handing;

    /** Only the thread that has the turn uses this and the fields below. */
    private long delivered;

    /** How many events were requested but not yet encoded. */
    private long ahead;

    private boolean sawEnd;
    private final Queue<ByteBuffer> tail = new ArrayDeque<>();
    private boolean tailIsKnown;
    private boolean over;
    private @Nullable Farewell farewell;

    /** A failure of this relay that has not cancelled the events yet. */
    private @Nullable Outcome brokenBy;

    /** The end of the events; without an error if they completed or this relay cancelled them. */
    private record Outcome(@Nullable Throwable error) {}

    /** The terminal signal to the receiver, or none. */
    @FunctionalInterface
    private interface Farewell {
        Farewell NONE = receiver -> {};
        Farewell COMPLETE = Flow.Subscriber::onComplete;

        void signal(Flow.Subscriber<? super ByteBuffer> receiver);
    }

    RelayPipe(Flow.Publisher<GenerationEvent> events, RelayEncoder encoder, RelayClock clock, Executor callbacks) {
        this.events = events;
        this.encoder = encoder;
        this.clock = clock;
        this.callbacks = callbacks;
        this.turns = new DrainLoop(this::advanceOrBreak, () -> {}, null, callbacks, ProcessThreads.TIMER);
        turns.begin();
    }

    /** A new future for each caller, so that no caller can complete another's. */
    CompletableFuture<StreamRelay.Head> head() {
        CompletableFuture<StreamRelay.Head> copy = new CompletableFuture<>();
        if (head.isDone()) {
            // Not head.copy(), which would wrap the failure in a CompletionException.
            var unused = head.whenComplete((value, error) -> settle(copy, value, error, Runnable::run));
            return copy;
        }
        // Each on its own thread: a dependent stage may write the whole body.
        var unused = head.whenComplete((value, error) -> settle(copy, value, error, callbacks));
        return copy;
    }

    /** Completes a copy of the head. Tries again if there is no memory, because its reader would wait for ever. */
    private static void settle(
            CompletableFuture<StreamRelay.Head> copy,
            StreamRelay.@Nullable Head value,
            @Nullable Throwable error,
            Executor callbacks) {
        for (int tries = 0; ; tries++) {
            try {
                callbacks.execute(() -> {
                    if (value == null) {
                        copy.completeExceptionally(Objects.requireNonNull(error));
                    } else {
                        copy.complete(value);
                    }
                });
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** Subscribes to the events and requests the first one, unless that is done or the relay was cancelled. */
    void start() {
        if (!started.compareAndSet(false, true)) {
            return;
        }
        try {
            clock.armHead(() -> {
                headIsLate = true;
                driveElsewhere();
            });
            events.subscribe(this);
        } catch (Throwable t) {
            onError(t);
            cancel(upstream.get());
        }
    }

    /** Ends the relay with this error, unless it is over. A receiver that subscribes later gets the error too. */
    void cancelWith(RuntimeException signal) {
        stop(receiver -> receiver.onError(signal));
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (!subscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Refused());
            subscriber.onError(new IllegalStateException("a relay serves one reader, and this relay already has one"));
            return;
        }
        try {
            subscriber.onSubscribe(new ReaderSubscription());
        } catch (Throwable t) {
            RelayLog.subscriberThrew(t);
            stop(Farewell.NONE);
        }
        // Nothing is delivered before this line, so that no signal overtakes onSubscribe.
        readerMayDeliver = subscriber instanceof StreamPump;
        receiver = subscriber;
        start();
        wanted();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (!upstream.compareAndSet(null, subscription)) {
            subscription.cancel();
        }
        wanted();
    }

    @Override
    public void onNext(GenerationEvent event) {
        Objects.requireNonNull(event, "event");
        if (!turns.enter()) {
            arrived.add(event);
            drive();
            return;
        }
        try {
            handOn(event);
        } catch (Throwable t) {
            broken(t);
        }
        turns.leave();
    }

    private void handOn(GenerationEvent event) {
        // Usually there is demand, so the event need not wait.
        Flow.Subscriber<? super ByteBuffer> reader = receiver;
        if (reader != null && isFlowing() && arrived.isEmpty() && isWanted()) {
            ByteBuffer buffer = encoded(event);
            if (buffer != null) {
                hand(buffer, reader);
            }
            askForMore();
        } else {
            arrived.add(event);
            advance();
        }
    }

    @Override
    public void onError(Throwable error) {
        Objects.requireNonNull(error, "error");
        for (int tries = 0; ; tries++) {
            try {
                finish(new Outcome(error));
                return;
            } catch (OutOfMemoryError full) {
                // No other signal ends the relay.
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    @Override
    public void onComplete() {
        finish(WITHOUT_ERROR);
    }

    private void finish(Outcome outcome) {
        finished.compareAndSet(null, outcome);
        drive();
    }

    private void stop(Farewell signal) {
        started.set(true);
        stopped.compareAndSet(null, signal);
        if (readerMayDeliver) {
            drive();
        } else if (turns.claim()) {
            turns.handOver();
        } else {
            // The thread that has the turn may be blocked by its reader, and the generation costs credits meanwhile.
            Flow.Subscription source = upstream.get();
            if (source != null && finished.compareAndSet(null, WITHOUT_ERROR)) {
                cancel(source);
            }
        }
    }

    /** Called from any thread. */
    private static void cancel(Flow.@Nullable Subscription source) {
        if (source != null) {
            try {
                source.cancel();
            } catch (Throwable t) {
                RelayLog.relayBroke(t);
            }
        }
    }

    /** Advances on this thread: the publisher's, or any thread if the receiver is a {@link StreamPump}. */
    private void drive() {
        turns.ask();
    }

    /** Advances on a callback thread. Called from any thread. */
    private void driveElsewhere() {
        if (turns.claim()) {
            turns.handOver();
        }
    }

    /** The demand has grown. No signal is delivered on this thread, unless it is a {@link StreamPump}'s. */
    private void wanted() {
        if (readerMayDeliver) {
            // This is the reader's own thread, and the receiver only queues the signals.
            turns.ask();
        } else if (turns.claim()) {
            if (hasSignals()) {
                turns.handOver();
            } else {
                turns.leaveElsewhere();
            }
        }
    }

    /** Whether there may be signals to deliver. If there are none, requests more events. */
    private boolean hasSignals() {
        if (over || stopped.get() != null || finished.get() != null || headIsLate || !arrived.isEmpty()) {
            return true;
        }
        try {
            if (!head.isDone()) {
                askForMore(1);
            } else if (patienceRanOut) {
                return true;
            } else if (receiver == null) {
                return false;
            } else if (tailIsKnown || keepAliveRanOut) {
                return true;
            } else {
                askForMore();
            }
        } catch (Throwable t) {
            broken(t);
            return true;
        }
        return false;
    }

    private void advanceOrBreak() {
        try {
            advance();
        } catch (Throwable t) {
            broken(t);
        }
    }

    /**
     * Treats an exception of the events' publisher, or of this class, as a failure of the events. Does not throw, because the
     * calling thread must give its turn back.
     */
    private void broken(Throwable thrown) {
        for (int tries = 0; ; tries++) {
            try {
                giveUp(thrown);
                RelayLog.relayBroke(thrown);
                return;
            } catch (OutOfMemoryError full) {
                // No other code ends the relay.
                MemoryWait.forAnotherTry(tries, full);
            } catch (Throwable t) {
                RelayLog.relayBroke(t);
                return;
            }
        }
    }

    private void giveUp(Throwable thrown) {
        Outcome broken = new Outcome(thrown);
        if (finished.compareAndSet(null, broken)) {
            brokenBy = broken;
        }
        if (brokenBy != null) {
            arrived.clear();
            boolean unused = turns.claim();
            Flow.Subscription source = upstream.get();
            if (source != null) {
                source.cancel();
            }
            brokenBy = null;
        } else if (over) {
            finishEnd();
        } else {
            IllegalStateException failure = new IllegalStateException("the relay failed", thrown);
            end(reader -> reader.onError(failure));
        }
    }

    private void advance() {
        Farewell stop = stopped.get();
        if (over) {
            // The events may have begun after the end, or the receiver may have subscribed then.
            abandonEvents();
            sayFarewell();
        } else if (stop != null) {
            end(stop);
        } else if (headIsSettled()) {
            // First: a reader may block the delivery.
            lookAtReader();
            if (!over) {
                deliver();
            }
        } else {
            askForMore(1);
        }
    }

    /** Completes the head if it is certain by now. Returns whether it is complete. */
    private boolean headIsSettled() {
        if (head.isDone()) {
            return true;
        }
        Outcome outcome = finished.get();
        if (stopped.get() != null) {
            // The end of the events may be that of the stop.
            return false;
        }
        RelayHead chosen = RelayHead.chosen(
                !arrived.isEmpty(), headIsLate, outcome != null, outcome == null ? null : outcome.error());
        if (chosen == null) {
            return false;
        }
        ByteBuffer body = chosen.body();
        if (body != null) {
            tail.add(body);
            tailIsKnown = true;
        }
        settle(chosen.head());
        return head.isDone();
    }

    private void settle(StreamRelay.Head value) {
        clock.disarmHead();
        clock.wrote();
        head.complete(value);
    }

    /** Cancels the generation if the reader took nothing for too long; otherwise checks again later. */
    private void lookAtReader() {
        if (!patienceRanOut || over) {
            return;
        }
        patienceRanOut = false;
        long left = clock.patienceLeft();
        if (left > 0 || isWanted()) {
            armPatience(left);
        } else {
            RelayStalledException stalled = new RelayStalledException(clock.patience());
            end(reader -> reader.onError(stalled));
        }
    }

    private void armPatience(long left) {
        clock.armPatience(left > 0 ? left : clock.patienceNanos(), this::patienceIsOver);
    }

    /** On the timer's thread. */
    private void patienceIsOver() {
        patienceRanOut = true;
        if (turns.claim()) {
            turns.handOver();
        } else if (handing == 1) {
            // The thread that has the turn may be blocked by its reader, and would never look.
            long left = clock.patienceLeft();
            if (left <= 0) {
                RelayStalledException stalled = new RelayStalledException(clock.patience());
                stop(reader -> reader.onError(stalled));
            } else {
                armPatience(left);
            }
        }
    }

    private void deliver() {
        Flow.Subscriber<? super ByteBuffer> reader = receiver;
        if (reader == null) {
            return;
        }
        while (isWanted()) {
            ByteBuffer buffer = next();
            if (buffer == null) {
                break;
            }
            hand(buffer, reader);
        }
        if (stopped.get() != null) {
            // The thread that stopped the relay has asked for another turn, which ends it.
            return;
        }
        if (tailIsKnown && tail.isEmpty()) {
            end(Farewell.COMPLETE);
        } else if (!tailIsKnown) {
            keepAlive(reader);
            askForMore();
        }
    }

    /** Whether the head is complete, and nothing has ended. */
    private boolean isFlowing() {
        return head.isDone() && !over && !tailIsKnown && finished.get() == null;
    }

    private boolean isWanted() {
        return stopped.get() == null && delivered < requested.get();
    }

    /** The next buffer, if there is one: events first, and the tail after the last event. */
    private @Nullable ByteBuffer next() {
        while (!tailIsKnown) {
            // Read before the queue: all events that came before the end are in the queue then.
            Outcome outcome = finished.get();
            if (stopped.get() != null) {
                // Otherwise the end of the events, which the stop itself made, would be told to the reader.
                return null;
            }
            GenerationEvent event = arrived.poll();
            if (event != null) {
                ByteBuffer buffer = encoded(event);
                if (buffer != null) {
                    return buffer;
                }
            } else if (outcome != null) {
                close(outcome);
            } else {
                return null;
            }
        }
        return tail.poll();
    }

    private @Nullable ByteBuffer encoded(GenerationEvent event) {
        ahead--;
        sawEnd |= event instanceof GenerationEvent.End;
        return encoder.event(event);
    }

    private void close(Outcome outcome) {
        // After generation_end the generation is complete and paid, even if its publisher then fails.
        if (outcome.error() != null && !sawEnd) {
            tail.add(encoder.failure(RelayFailure.of(outcome.error())));
        }
        tail.add(encoder.done());
        tailIsKnown = true;
    }

    /** Writes a comment if nothing was written for long enough and there is demand; checks again later. */
    private void keepAlive(Flow.Subscriber<? super ByteBuffer> reader) {
        if (keepAliveRanOut) {
            keepAliveRanOut = false;
            if (clock.silent() && isWanted()) {
                hand(encoder.keepAlive(), reader);
            }
            clock.armKeepAlive(() -> {
                keepAliveRanOut = true;
                driveElsewhere();
            });
        }
    }

    private void hand(ByteBuffer buffer, Flow.Subscriber<? super ByteBuffer> reader) {
        delivered++;
        clock.wrote();
        HANDING.lazySet(this, 1);
        try {
            reader.onNext(buffer);
        } catch (Throwable t) {
            RelayLog.subscriberThrew(t);
            stop(Farewell.NONE);
        }
        HANDING.lazySet(this, 0);
    }

    /** Requests events up to the reader's demand, at most a window ahead. A full window is refilled when half is used. */
    private void askForMore() {
        long wanted = Math.min(WINDOW, requested.get() - delivered);
        if (wanted < WINDOW || ahead <= WINDOW / 2) {
            askForMore(wanted);
        }
    }

    private void askForMore(long wanted) {
        Flow.Subscription source = upstream.get();
        if (source != null && wanted > ahead && finished.get() == null && stopped.get() == null) {
            long more = wanted - ahead;
            ahead = wanted;
            source.request(more);
        }
    }

    /** The only end of the relay. */
    private void end(Farewell signal) {
        over = true;
        farewell = signal;
        finishEnd();
    }

    /** May run twice, if memory runs out in it. */
    private void finishEnd() {
        clock.stop();
        tail.clear();
        abandonEvents();
        head.cancel(false);
        sayFarewell();
    }

    private void sayFarewell() {
        Flow.Subscriber<? super ByteBuffer> reader = receiver;
        Farewell signal = farewell;
        if (reader == null || signal == null) {
            return;
        }
        receiver = null;
        farewell = null;
        try {
            signal.signal(reader);
        } catch (Throwable t) {
            RelayLog.subscriberThrew(t);
        }
    }

    private void abandonEvents() {
        Flow.Subscription source = upstream.get();
        if (source != null && finished.compareAndSet(null, WITHOUT_ERROR)) {
            source.cancel();
        }
        arrived.clear();
    }

    /** The subscription of the receiver. */
    private final class ReaderSubscription implements Flow.Subscription {

        @Override
        public void request(long n) {
            if (n <= 0) {
                cancelWith(new IllegalArgumentException("demand must be positive (Reactive Streams, rule 3.9): " + n));
            } else {
                requested.accumulateAndGet(n, SUM);
                clock.wanted();
                RelayPipe.this.wanted();
            }
        }

        @Override
        public void cancel() {
            stop(Farewell.NONE);
        }
    }

    /** The subscription of a second subscriber, which is refused. */
    private static final class Refused implements Flow.Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
