package top.neuralbox;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of one response to the sink, as far as they are wanted, until no more can come. Driven by the call, in
 * its turn.
 */
final class EventDelivery {

    /** The call. */
    interface Target {

        /** Whether it ends, or has ended, whatever is still to be delivered. */
        boolean settled();

        /** {@code generation_end} is about to be handed over. */
        void completing();

        /** The sink threw; the call ends by it. */
        void sinkThrew(Throwable thrown);

        /** No more events can come; the reason is null if that is in order. */
        void delivered(@Nullable Failure reason);
    }

    private final EventSink sink;
    private final StreamTimers timers;
    private final BodyInbox inbox;
    private final EventReader reader;
    private final Target target;

    private @Nullable GenerationEvent held;

    /** Whether the timers have yet to hear of an event of this turn, or of this chunk: all of a chunk arrived at once. */
    private boolean fresh;

    EventDelivery(EventSink sink, StreamTimers timers, BodyInbox inbox, EventReader reader, Target target) {
        this.sink = sink;
        this.timers = timers;
        this.inbox = inbox;
        this.reader = reader;
        this.target = target;
        reader.handTo(this::take);
    }

    /** Goes on with what is there. */
    void goOn() {
        if (mayGoOn()) {
            fresh = true;
            readOn(handHeld() && reader.handOn());
        }
    }

    /** Reads a chunk that did not wait in the inbox, unless something before it does, or is left of what was read. */
    boolean readAtOnce(ByteBuffer chunk, long arrival) {
        if (held != null || reader.hasRest() || !inbox.isEmpty()) {
            return false;
        }
        inbox.readAtOnce(arrival);
        fresh = true;
        readOn(reader.read(chunk, arrival));
        return true;
    }

    /**
     * Whether nothing is there to be handed over, and the end is not there either. More was wanted, so that the idle timers
     * run from now on.
     */
    boolean restsOnDemand() {
        if (held != null || reader.hasRest() || reader.over() || inbox.ended() || !inbox.isEmpty()) {
            return false;
        }
        if (sink.pushes() && sink.wants()) {
            timers.waiting();
        }
        return true;
    }

    /** What arrived but was not handed over still counts for the bill and for the partial text. */
    void absorb() {
        held = null;
        reader.absorb();
        for (ByteBuffer chunk = inbox.take(); chunk != null && !reader.over(); chunk = inbox.take()) {
            reader.read(chunk, inbox.takenArrival());
        }
    }

    private void readOn(boolean usedUp) {
        boolean more = usedUp;
        while (more && mayGoOn()) {
            if (reader.over()) {
                target.delivered(reader.failure() == null ? truncated("[DONE] came", "") : reader.failure());
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
        return !target.settled() && (sink.pushes() || sink.wants());
    }

    private boolean handHeld() {
        GenerationEvent first = held;
        if (first == null) {
            return true;
        }
        held = null;
        return take(first);
    }

    /** Hands an event over, or holds it. One is read ahead, so that the end is signalled without being asked for. */
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
            target.completing();
        }
        try {
            sink.event(event);
        } catch (Throwable t) {
            target.sinkThrew(t);
        }
    }

    private void waitOrEnd(boolean last) {
        if (last) {
            target.delivered(
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
