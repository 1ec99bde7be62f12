package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One relayed generation from its first event to its last buffer. Whatever happens to it (an event, demand, a timer, a
 * cancel) is left where {@link #advance} finds it, and {@link #drive} lets one thread at a time advance: nothing
 * needs a lock. It ends in {@link #end}.
 */
final class RelayPipe implements Flow.Publisher<ByteBuffer>, Flow.Subscriber<GenerationEvent> {

    /** How many events may wait here for a reader that asked for as many: a network read's worth, and a bound. */
    private static final int WINDOW = 16;

    private final Flow.Publisher<GenerationEvent> events;
    private final RelayEncoder encoder;
    private final RelayClock clock;
    private final CompletableFuture<StreamRelay.Head> head = new CompletableFuture<>();

    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final Executor callbacks;
    private final Turns turns;

    private final AtomicReference<Flow.@Nullable Subscription> upstream = new AtomicReference<>();
    private final Queue<GenerationEvent> arrived = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Outcome> finished = new AtomicReference<>();
    private final AtomicReference<@Nullable Farewell> stopped = new AtomicReference<>();
    private final AtomicLong requested = new AtomicLong();
    private volatile Flow.@Nullable Subscriber<? super ByteBuffer> receiver;
    private volatile boolean headIsLate;

    /** Whether the thread that asks may hand buffers over: the receiver is ours. */
    private volatile boolean readerMayDeliver;

    /** True from the beginning, so that the first look at it arms the timer. */
    private volatile boolean keepAliveRanOut = true;

    /** True from the beginning too. */
    private volatile boolean patienceRanOut = true;

    /** The rest belongs to whoever has the turn. */
    private long delivered;

    /** How many events were asked for and not yet taken from {@link #arrived}. */
    private long ahead;

    private boolean sawEnd;
    private final Queue<ByteBuffer> tail = new ArrayDeque<>();
    private boolean tailIsKnown;
    private boolean over;
    private @Nullable Farewell farewell;

    /** How the events ended; without an error if in good order, or if they were cancelled from here. */
    private record Outcome(@Nullable Throwable error) {}

    /** What the receiver is told at the end. */
    @FunctionalInterface
    private interface Farewell {
        Farewell NONE = receiver -> {};

        void signal(Flow.Subscriber<? super ByteBuffer> receiver);
    }

    RelayPipe(Flow.Publisher<GenerationEvent> events, RelayEncoder encoder, RelayClock clock, Executor callbacks) {
        this.events = events;
        this.encoder = encoder;
        this.clock = clock;
        this.callbacks = callbacks;
        this.turns = new Turns(this::advanceOrBreak, () -> {}, null, callbacks, RelayClock.PROCESS);
        turns.begin();
    }

    /** A future of its own for each caller, so that none can settle it for the others. */
    CompletableFuture<StreamRelay.Head> head() {
        if (head.isDone()) {
            return head.copy();
        }
        CompletableFuture<StreamRelay.Head> copy = new CompletableFuture<>();
        // Each on a thread of its own: what depends on one may write the whole body.
        var unused = head.whenComplete((value, error) -> callbacks.execute(() -> {
            if (value == null) {
                copy.completeExceptionally(error);
            } else {
                copy.complete(value);
            }
        }));
        return copy;
    }

    /** Subscribes to the events and asks for the first, unless that is done or the relay was cancelled. */
    void start() {
        if (!started.compareAndSet(false, true)) {
            return;
        }
        clock.armHead(() -> {
            headIsLate = true;
            driveElsewhere();
        });
        try {
            events.subscribe(this);
        } catch (Throwable t) {
            onError(t);
        }
    }

    /** Ends the relay, if it is not over; its receiver, now or later, gets this signal. */
    void cancelWith(RuntimeException signal) {
        stop(receiver -> receiver.onError(signal));
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (!subscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Refused());
            subscriber.onError(new IllegalStateException("a relay serves one reader, and this one has its reader"));
            return;
        }
        try {
            subscriber.onSubscribe(new Demand());
        } catch (Throwable t) {
            Log.subscriberThrew(t);
            stop(Farewell.NONE);
        }
        // Nothing is delivered before, so that no signal overtakes onSubscribe.
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
        // Usually a reader waits, and the event need not.
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
        finish(new Outcome(Objects.requireNonNull(error, "error")));
    }

    @Override
    public void onComplete() {
        finish(new Outcome(null));
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
        } else {
            driveElsewhere();
        }
    }

    /** By the thread that brings something. */
    private void drive() {
        turns.ask();
    }

    /** By any other thread. */
    private void driveElsewhere() {
        if (turns.claim()) {
            turns.handOver();
        }
    }

    /** More is wanted, by a thread that is told nothing now. */
    private void wanted() {
        if (readerMayDeliver) {
            // The reader's own thread, and a receiver that only keeps what it is handed.
            turns.ask();
        } else if (turns.claim()) {
            if (hasSignals()) {
                turns.handOver();
            } else {
                turns.leaveElsewhere();
            }
        }
    }

    /** Whether there is something to tell the reader, or may be. Asks for more if there is not. */
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
     * Whatever is thrown here, by the events' publisher or by us, counts as a failure of the events. By the thread that has the
     * turn, which must be given back.
     */
    private void broken(Throwable thrown) {
        Log.relayBroke(thrown);
        try {
            Flow.Subscription source = upstream.get();
            if (finished.compareAndSet(null, new Outcome(thrown))) {
                arrived.clear();
                turns.claim();
                if (source != null) {
                    source.cancel();
                }
            } else if (!over) {
                end(reader -> reader.onError(new IllegalStateException("the relay failed", thrown)));
            }
        } catch (Throwable t) {
            Log.relayBroke(t);
        }
    }

    private void advance() {
        Farewell stop = stopped.get();
        if (over) {
            // The events may have begun after the end, and the receiver come.
            abandonEvents();
            sayFarewell();
        } else if (stop != null) {
            end(stop);
        } else if (headIsSettled()) {
            deliver();
            lookAtReader();
        } else {
            askForMore(1);
        }
    }

    /** Settles the head if that can be done by now. */
    private boolean headIsSettled() {
        if (head.isDone()) {
            return true;
        }
        Outcome outcome = finished.get();
        if (!arrived.isEmpty() || headIsLate || (outcome != null && outcome.error() == null)) {
            settle(RelayEncoder.head());
        } else if (outcome != null) {
            RelayFailure failure = RelayFailure.of(Objects.requireNonNull(outcome.error()));
            tail.add(RelayEncoder.body(failure));
            tailIsKnown = true;
            settle(RelayEncoder.head(failure));
        }
        return head.isDone();
    }

    private void settle(StreamRelay.Head value) {
        clock.disarmHead();
        clock.wrote();
        head.complete(value);
    }

    /** Gives the generation up for a reader that takes nothing, and looks again later. */
    private void lookAtReader() {
        if (!patienceRanOut || over) {
            return;
        }
        patienceRanOut = false;
        long left = clock.patienceLeft();
        if (left > 0 || isWanted()) {
            clock.armPatience(left > 0 ? left : clock.patienceNanos(), () -> {
                patienceRanOut = true;
                driveElsewhere();
            });
        } else {
            end(reader -> reader.onError(new RelayStalledException(clock.patience())));
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
        if (tailIsKnown && tail.isEmpty()) {
            end(Flow.Subscriber::onComplete);
        } else if (!tailIsKnown && stopped.get() == null) {
            keepAlive(reader);
            askForMore();
        }
    }

    /** Whether the head is out, and nothing has ended. */
    private boolean isFlowing() {
        return head.isDone() && !over && !tailIsKnown && finished.get() == null;
    }

    private boolean isWanted() {
        return stopped.get() == null && delivered < requested.get();
    }

    /** The next buffer that is there, if any: events, then what follows the last one. */
    private @Nullable ByteBuffer next() {
        while (!tailIsKnown) {
            // Looked at first: what came before the end is in the queue by then.
            Outcome outcome = finished.get();
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
        // After its end a generation is complete and paid, whatever its publisher still finds.
        if (outcome.error() != null && !sawEnd) {
            tail.add(encoder.failure(RelayFailure.of(outcome.error())));
        }
        tail.add(encoder.done());
        tailIsKnown = true;
    }

    /** Writes a comment if there was silence and the reader has room, and looks again later. */
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
        try {
            reader.onNext(buffer);
        } catch (Throwable t) {
            Log.subscriberThrew(t);
            stop(Farewell.NONE);
        }
    }

    /** Keeps a window of events under way for a reader that wants so many, and as many as it wants for any other. */
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

    /** The one way to the end. */
    private void end(Farewell signal) {
        over = true;
        farewell = signal;
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
            Log.subscriberThrew(t);
        }
    }

    private void abandonEvents() {
        Flow.Subscription source = upstream.get();
        if (source != null && finished.compareAndSet(null, new Outcome(null))) {
            source.cancel();
        }
        arrived.clear();
    }

    /** The receiver's side. */
    private final class Demand implements Flow.Subscription {

        @Override
        public void request(long n) {
            if (n <= 0) {
                cancelWith(new IllegalArgumentException("demand must be positive (Reactive Streams, rule 3.9): " + n));
            } else {
                requested.accumulateAndGet(n, (have, more) -> have + more < 0 ? Long.MAX_VALUE : have + more);
                clock.wanted();
                RelayPipe.this.wanted();
            }
        }

        @Override
        public void cancel() {
            stop(Farewell.NONE);
        }
    }

    /** The subscription of a reader that came too late. */
    private static final class Refused implements Flow.Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
