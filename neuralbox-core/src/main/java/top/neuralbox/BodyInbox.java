package top.neuralbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Where the transport leaves the chunks of a body and the call picks them up: a ring for one writer (the transport, whose
 * signals are serial) and one reader (whoever drives the call). The ring cannot overflow, because no more is asked for
 * than it has slots.
 */
final class BodyInbox implements Flow.Subscriber<ByteBuffer> {

    /** A few chunks ahead keep the transport reading while the caller decodes; a slot costs eight bytes. */
    static final int WINDOW = 8;

    private static final int REPLENISH = WINDOW / 2;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(ByteBuffer[].class);

    /** Who reads the chunks. */
    interface Receiver {

        /**
         * Reads a chunk that has just arrived, if it can do so at once and all that came before is read. A reference from a
         * call, which lives long, to a chunk, which does not, costs the collector more than a short chunk takes to read.
         *
         * @param arrival when it arrived
         * @return whether it was read, or else has to wait here
         */
        boolean readAtOnce(ByteBuffer chunk, long arrival);

        /** A chunk waits here, or the body has ended. */
        void ready();
    }

    private final Delayer clock;
    private final StreamTimers timers;
    private final Receiver receiver;
    private final @Nullable ByteBuffer[] slots = new ByteBuffer[WINDOW];
    private final long[] arrivals = new long[WINDOW];

    /** Written by the transport's thread alone. */
    private int arrived;

    /** These three belong to the reader. */
    private int taken;

    private int freed;
    private long takenArrival;

    private volatile Flow.@Nullable Subscription subscription;
    private volatile @Nullable TailDrain tail;
    private volatile boolean ended;
    private @Nullable Throwable error;

    BodyInbox(Delayer clock, StreamTimers timers, Receiver receiver) {
        this.clock = clock;
        this.timers = timers;
        this.receiver = receiver;
    }

    /** The next chunk, or null if none is there now. */
    @Nullable
    ByteBuffer take() {
        int slot = taken & (WINDOW - 1);
        ByteBuffer chunk = (ByteBuffer) SLOT.getVolatile(slots, slot);
        if (chunk == null) {
            return null;
        }
        takenArrival = arrivals[slot];
        slots[slot] = null;
        taken++;
        taken();
        return chunk;
    }

    /** Whether no chunk waits. */
    boolean isEmpty() {
        return SLOT.getVolatile(slots, taken & (WINDOW - 1)) == null;
    }

    /** A chunk that never waited here is being read. */
    void readAtOnce(long arrival) {
        takenArrival = arrival;
        taken();
    }

    /** When the chunk taken last arrived. */
    long takenArrival() {
        return takenArrival;
    }

    /** Whether the body has ended; chunks may still be there, so look at this before {@link #take()}. */
    boolean ended() {
        return ended;
    }

    /** Why the body ended early; null if it ended in good order. Only after {@link #ended()}. */
    @Nullable
    Throwable error() {
        return error;
    }

    /** Nobody reads any further: what still comes goes to the drain. */
    void drainInto(TailDrain drain) {
        tail = drain;
        for (ByteBuffer chunk = take(); chunk != null; chunk = take()) {
            drain.chunk(chunk.remaining());
        }
        if (ended) {
            drain.ended();
        } else {
            request(TailDrain.MAX_BYTES);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(WINDOW);
    }

    @Override
    public void onNext(ByteBuffer chunk) {
        TailDrain drain = tail;
        if (drain != null) {
            drain.chunk(chunk.remaining());
            return;
        }
        long now = clock.nanoTime();
        timers.bytesArrived(now);
        if (receiver.readAtOnce(chunk, now)) {
            return;
        }
        int slot = arrived++ & (WINDOW - 1);
        if (slots[slot] != null) {
            throw new IllegalStateException("the transport delivered more than was asked for");
        }
        arrivals[slot] = now;
        SLOT.setVolatile(slots, slot, chunk);
        receiver.ready();
    }

    @Override
    public void onError(Throwable error) {
        this.error = error;
        end();
    }

    @Override
    public void onComplete() {
        end();
    }

    private void end() {
        ended = true;
        TailDrain drain = tail;
        if (drain != null) {
            drain.ended();
        }
        receiver.ready();
    }

    private void taken() {
        if (++freed == REPLENISH) {
            freed = 0;
            request(REPLENISH);
        }
    }

    private void request(long chunks) {
        Flow.Subscription current = subscription;
        if (current != null) {
            current.request(chunks);
        }
    }
}
