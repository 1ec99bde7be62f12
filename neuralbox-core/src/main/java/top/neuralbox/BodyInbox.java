package top.neuralbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;

/**
 * A ring buffer that takes the chunks of a body from the transport to the call. It has one writer (the transport, whose
 * signals are serial) and one reader (the thread that drives the call). It cannot overflow, because the demand never exceeds
 * the number of slots until {@link #takeRest}.
 */
final class BodyInbox implements Flow.Subscriber<ByteBuffer> {

    /**
     * A few chunks ahead keep the transport reading while the caller decodes. With fewer, its chunks wait in a buffer, to which
     * they are copied. A slot costs a reference and a long.
     */
    static final int WINDOW = 16;

    private static final int REPLENISH = WINDOW / 2;

    /** A transport holds at most half of this (rule 6 of the SPI). More comes only if it does not obey the cancel at once. */
    private static final int REST_BYTES = 256 * 1024;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(ByteBuffer[].class);

    /** The reader of the chunks. */
    interface Receiver {

        /**
         * Reads a chunk that has just arrived, if that is possible at once and all earlier chunks are read. The call lives
         * long and a chunk does not: a reference between them costs the collector more than reading a short chunk.
         *
         * @param arrival when the chunk arrived
         * @return true if it was read; false if it has to wait in the inbox
         */
        boolean readAtOnce(ByteBuffer chunk, long arrival);

        /** A chunk waits in the inbox, or the body has ended. */
        void ready();

        /** A signal of the body could not be taken. The transport takes the call for cancelled, so the call has to end here. */
        void threw(Throwable thrown);
    }

    private final Delayer clock;
    private final StreamTimers timers;
    private final Receiver receiver;
    private final @Nullable ByteBuffer[] slots = new ByteBuffer[WINDOW];
    private final long[] arrivals = new long[WINDOW];

    /** Only the transport's thread writes these two. */
    private int arrived;

    private int restLeft = REST_BYTES;

    /** Only the reader uses these three. */
    private int taken;

    private int freed;
    private long takenArrival;

    private volatile Flow.@Nullable Subscription subscription;
    private volatile @Nullable TailDrain tail;

    /** What arrives after {@link #takeRest}. */
    private volatile @Nullable Queue<ByteBuffer> rest;

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
        // First: what is in the slots then arrived before it.
        Queue<ByteBuffer> unasked = rest;
        boolean restHasBegun = unasked != null && !unasked.isEmpty();
        int slot = taken & (WINDOW - 1);
        ByteBuffer chunk = (ByteBuffer) SLOT.getVolatile(slots, slot);
        if (chunk == null && unasked != null && restHasBegun) {
            takenArrival = clock.nanoTime();
            return unasked.poll();
        }
        if (chunk == null) {
            return null;
        }
        takenArrival = arrivals[slot];
        slots[slot] = null;
        taken++;
        taken();
        return chunk;
    }

    /** Whether no chunk waits in the inbox. */
    boolean isEmpty() {
        return SLOT.getVolatile(slots, taken & (WINDOW - 1)) == null;
    }

    /** Counts a chunk that is read without waiting in the inbox. */
    void readAtOnce(long arrival) {
        takenArrival = arrival;
        taken();
    }

    /** The arrival time of the last chunk taken. */
    long takenArrival() {
        return takenArrival;
    }

    /** Whether the body has ended. Chunks may still wait, so call this before {@link #take()}. */
    boolean ended() {
        return ended;
    }

    /** Why the body ended early; null if it ended normally. Valid only after {@link #ended()}. */
    @Nullable
    Throwable error() {
        return error;
    }

    /**
     * Takes what the transport holds although nobody has asked for it: the call is about to be cancelled, and what has arrived
     * still counts. Called from any thread.
     */
    void takeRest() {
        if (!ended && tail == null) {
            rest = new ConcurrentLinkedQueue<>();
            request(Long.MAX_VALUE);
        }
    }

    /** Sends all remaining chunks to the drain, because the call reads no more. */
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
        try {
            subscription.request(WINDOW);
        } catch (Throwable t) {
            receiver.threw(t);
        }
    }

    @Override
    public void onNext(ByteBuffer chunk) {
        try {
            accept(chunk);
        } catch (Throwable t) {
            receiver.threw(t);
        }
    }

    private void accept(ByteBuffer chunk) {
        TailDrain drain = tail;
        if (drain != null) {
            drain.chunk(chunk.remaining());
            return;
        }
        Queue<ByteBuffer> unasked = rest;
        if (unasked != null) {
            restLeft -= Math.min(chunk.remaining(), REST_BYTES);
            if (restLeft >= 0) {
                unasked.add(chunk);
            }
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
        try {
            TailDrain drain = tail;
            if (drain != null) {
                drain.ended();
            }
            receiver.ready();
        } catch (Throwable t) {
            receiver.threw(t);
        }
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
