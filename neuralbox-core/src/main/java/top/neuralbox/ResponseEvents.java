package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.DrainLoop;

/**
 * The events of one response, from the chunks of its body to the sink. Events are delivered up to the sink's demand. Only the
 * thread that has the call's turn reads and delivers.
 *
 * <p>The path of a chunk: {@link BodyInbox#onNext}, {@link #readAtOnce} (or {@link #goOn}, if the chunk had to wait), {@link
 * EventReader#read}, the parser, {@link EventReader#event}, {@link #take}, {@link EventSink#event}.
 */
final class ResponseEvents implements BodyInbox.Receiver {

    /** Is notified of the delivery, and decides whether it may continue. */
    interface DeliveryListener {

        /** Whether the call has ended or is ending, even if events are still undelivered. */
        boolean settled();

        /** Whether signals that are older than the next event wait for the turn. */
        boolean hasNotices();

        /** A chunk waits, or the body has ended. Called by the transport's thread. */
        void ready();

        /** {@code generation_end} is about to be delivered. */
        void completing();

        /** The sink threw, which ends the call. */
        void sinkThrew(Throwable thrown);

        /** The reading threw, which ends the call. This method throws nothing. */
        void readingThrew(Throwable thrown);

        /** No more events can come; the reason is null if the stream ended normally. */
        void delivered(@Nullable Failure reason);
    }

    private final EventSink sink;
    private final StreamTimers timers;
    private final DrainLoop turns;
    private final CarriedContext context;
    private final EventReader reader;
    private final DeliveryListener listener;
    private final BodyInbox inbox;

    private @Nullable GenerationEvent held;

    /**
     * Whether no event of this turn or chunk was reported to the timers yet. One is enough, because a chunk arrives at once.
     */
    private boolean fresh;

    ResponseEvents(
            EventSink sink,
            Delayer clock,
            StreamTimers timers,
            DrainLoop turns,
            CarriedContext context,
            EventReader reader,
            DeliveryListener listener) {
        this.sink = sink;
        this.timers = timers;
        this.turns = turns;
        this.context = context;
        this.reader = reader;
        this.listener = listener;
        this.inbox = new BodyInbox(clock, timers, this);
        reader.handTo(this::take);
    }

    /** The subscriber of the response's body. */
    Flow.Subscriber<ByteBuffer> body() {
        return inbox;
    }

    /** Takes an answer in one piece of JSON instead of a body. */
    void answer(Answer answer, long arrival) {
        reader.answer(answer, arrival);
        inbox.onComplete();
    }

    @Override
    public boolean readAtOnce(ByteBuffer chunk, long arrival) {
        if (!sink.pushes() || !turns.enter()) {
            return false;
        }
        boolean read = false;
        AutoCloseable scope = context.enter();
        try {
            read = mayReadAtOnce();
            if (read) {
                inbox.readAtOnce(arrival);
                fresh = true;
                readOn(reader.read(chunk, arrival));
            }
        } catch (Throwable t) {
            listener.readingThrew(t);
        } finally {
            CarriedContext.leave(scope);
        }
        turns.leave();
        return read;
    }

    @Override
    public void ready() {
        listener.ready();
    }

    @Override
    public void threw(Throwable thrown) {
        listener.readingThrew(thrown);
    }

    /** Delivers the events that are there. */
    void goOn() {
        if (sink.takesHere() && mayGoOn()) {
            fresh = true;
            readOn(handHeld() && reader.handOn());
        }
    }

    /**
     * Whether there is nothing to deliver, neither an event nor the end. If the sink wants events then, the idle timers run
     * from now on.
     */
    boolean restsOnDemand() {
        if (!isUsedUp() || reader.over() || inbox.ended()) {
            return false;
        }
        if (sink.pushes() && sink.wants()) {
            timers.waiting();
        }
        return true;
    }

    /** Takes what the transport holds, before the call is cancelled. Called from any thread. */
    void takeRest() {
        inbox.takeRest();
    }

    /** Reads undelivered data without delivering it, because it still counts for the bill and for the partial text. */
    void absorb() {
        held = null;
        reader.absorb();
        for (ByteBuffer chunk = inbox.take(); chunk != null && !reader.over(); chunk = inbox.take()) {
            reader.read(chunk, inbox.takenArrival());
        }
    }

    /** Whether the events have ended and the body has not. */
    boolean hasTail() {
        return reader.done() && !inbox.ended();
    }

    /** Sends the tail to a drain, because the call reads no more. */
    void drainInto(TailDrain drain) {
        inbox.drainInto(drain);
    }

    /** Whether the body has ended. */
    boolean ended() {
        return inbox.ended();
    }

    /** The facts of the generation that have been read so far. */
    PartialGeneration partial() {
        return reader.partial();
    }

    /** The generation's id; null if none came. */
    @Nullable
    String id() {
        return reader.id();
    }

    @Nullable
    Billing billing() {
        return reader.billing();
    }

    /** Whether any event came at all. */
    boolean anyEvent() {
        return reader.anyEvent();
    }

    /** The error that the service reported in the stream; null if it reported none. */
    @Nullable
    NeuralBoxException serviceError(CallFacts facts) {
        Failure read = reader.failure();
        return read != null && reader.serviceFailed() ? read.in(facts) : null;
    }

    /** Whether {@code generation_end} came. */
    boolean completed() {
        return reader.completed();
    }

    private boolean mayReadAtOnce() {
        return !listener.hasNotices() && !listener.settled() && isUsedUp();
    }

    /** Whether everything that has arrived is read and delivered. */
    private boolean isUsedUp() {
        return held == null && !reader.hasRest() && inbox.isEmpty();
    }

    private void readOn(boolean usedUp) {
        boolean more = usedUp;
        while (more && mayGoOn()) {
            if (reader.over()) {
                listener.delivered(reader.failure() == null ? truncated("[DONE] came", "") : reader.failure());
                return;
            }
            boolean last = inbox.ended();
            ByteBuffer chunk = inbox.take();
            if (chunk == null) {
                waitOrEnd(last);
                return;
            }
            fresh = true;
            more = reader.read(chunk, inbox.takenArrival());
        }
    }

    private boolean mayGoOn() {
        return !listener.settled() && (sink.pushes() || sink.wants());
    }

    private boolean handHeld() {
        GenerationEvent first = held;
        if (first == null) {
            return true;
        }
        held = null;
        return take(first);
    }

    /** Delivers an event, or holds it. One event is read ahead, so that the end is signalled without demand. */
    private boolean take(GenerationEvent event) {
        if (!sink.wants()) {
            held = event;
            timers.resting();
            return false;
        }
        hand(event);
        return mayGoOn();
    }

    private void hand(GenerationEvent event) {
        if (fresh) {
            fresh = false;
            timers.resting();
            timers.eventArrived(inbox.takenArrival());
        }
        if (event instanceof GenerationEvent.End) {
            listener.completing();
        }
        try {
            sink.event(event);
        } catch (Throwable t) {
            listener.sinkThrew(t);
        }
    }

    private void waitOrEnd(boolean last) {
        if (last) {
            listener.delivered(
                    inbox.error() == null
                            ? truncated("the body ended", reader.beginning())
                            : TransportFailures.inBody(inbox.error()));
        } else if (sink.pushes() && sink.wants()) {
            timers.waiting();
        } else if (sink.pushes()) {
            timers.resting();
        }
    }

    private static Failure truncated(String how, String beginning) {
        String message = how + " before generation_end: the stream is truncated"
                + (beginning.isEmpty() ? "" : ", and has no event at all. It begins: " + beginning);
        return facts -> new StreamBrokenException(StreamBrokenException.Kind.TRUNCATED, message, null, facts);
    }
}
