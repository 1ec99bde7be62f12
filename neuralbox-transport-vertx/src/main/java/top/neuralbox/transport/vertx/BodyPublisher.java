package top.neuralbox.transport.vertx;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The content of one response, handed to one subscriber under its demand (rules 5 to 7 of the SPI).
 *
 * <p>The engine's event loop puts buffers in; whichever thread finds the drain loop free takes them out: the event loop, or
 * the one that requests. So signals are serial, a request from inside {@code onNext} does not deepen the stack, and no lock
 * is held while the subscriber runs. A little is read ahead without demand, so that the end of the content is seen without
 * a further request; beyond that the {@link Source} is told to pause. What nobody asked for yet gathers in one buffer: many
 * small chunks cost the one who asks no more than a large one.
 */
final class BodyPublisher implements Flow.Publisher<ByteBuffer> {

    /** What fills this publisher. */
    interface Source {

        /** Nearly all that was read ahead is taken: continue, if you paused. From any thread. */
        void roomAgain();

        /** The subscriber has given up: release the exchange. From any thread. */
        void abandoned();
    }

    /**
     * How much is kept ahead of demand. With what the engine itself holds it stays below one window of 128 KiB. Pausing and
     * resuming the engine costs as much as some hundred small chunks, so it should not come with every few.
     */
    static final int HIGH_WATER_MARK = 32 * 1024;

    private static final int LOW_WATER_MARK = HIGH_WATER_MARK / 2;

    // Fields of this object, not objects of their own: with thousands of slow streams, the way to memory is the cost.
    private static final AtomicReferenceFieldUpdater<BodyPublisher, @Nullable ByteBuffer> AHEAD =
            AtomicReferenceFieldUpdater.newUpdater(BodyPublisher.class, ByteBuffer.class, "ahead");
    private static final AtomicReferenceFieldUpdater<BodyPublisher, @Nullable End> ABORT =
            AtomicReferenceFieldUpdater.newUpdater(BodyPublisher.class, End.class, "abort");
    private static final AtomicLongFieldUpdater<BodyPublisher> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(BodyPublisher.class, "requested");
    private static final AtomicIntegerFieldUpdater<BodyPublisher> DRAINS =
            AtomicIntegerFieldUpdater.newUpdater(BodyPublisher.class, "drains");

    /** How the content ended. */
    private record End(@Nullable Throwable failure) {}

    private final Source source;
    private volatile @Nullable ByteBuffer ahead;
    private volatile long requested;
    private volatile int drains;
    private final AtomicBoolean taken = new AtomicBoolean();

    /** Set once {@code onSubscribe} has returned, because no signal goes out before; dropped at the end. */
    private volatile Flow.@Nullable Subscriber<? super ByteBuffer> receiver;

    /** Set by the source, after its last buffer. */
    private volatile @Nullable End end;

    /** An end that does not wait for the buffers ahead of it. */
    private volatile @Nullable End abort;

    private volatile boolean cancelled;

    /** These two are read and written in the drain loop alone. */
    private long delivered;

    /** Whether the terminal signal is out, or none will come. */
    private boolean terminated;

    BodyPublisher(Source source) {
        this.source = source;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> first) {
        Objects.requireNonNull(first, "subscriber");
        if (!taken.compareAndSet(false, true)) {
            refuse(first);
            return;
        }
        try {
            first.onSubscribe(new BodySubscription());
        } catch (Throwable thrown) {
            giveUp();
        }
        receiver = first;
        drain();
    }

    /** Adds content, which belongs to the receiver from here on. From the event loop. */
    void offer(ByteBuffer buffer) {
        if (drains != 0 || !DRAINS.compareAndSet(this, 0, 1)) {
            enqueue(buffer);
            drain();
            return;
        }
        // The usual case, that a subscriber waits, needs no queue.
        Flow.Subscriber<? super ByteBuffer> subscriber = receiver;
        if (subscriber != null && ahead == null && isWanted() && !isOver()) {
            next(subscriber, buffer);
        } else if (!terminated) {
            enqueue(buffer);
        }
        drainOn(1);
    }

    /** The content is complete. From the event loop. */
    void complete() {
        end = new End(null);
        drain();
    }

    /** The content broke off; what came before is still delivered. From the event loop. */
    void fail(Throwable failure) {
        end = new End(failure);
        drain();
    }

    /** Ends the content now, whatever is still ahead. Has no effect after the terminal signal. From any thread. */
    void abort(Throwable failure) {
        ABORT.compareAndSet(this, null, new End(failure));
        drain();
    }

    boolean isFull() {
        return bytesAhead() >= HIGH_WATER_MARK;
    }

    boolean hasRoom() {
        return bytesAhead() <= LOW_WATER_MARK;
    }

    private int bytesAhead() {
        ByteBuffer gathered = ahead;
        return gathered == null ? 0 : gathered.remaining();
    }

    /** Taken out while it grows: the drain loop sees all of it or nothing, and is called for afterwards. */
    private void enqueue(ByteBuffer buffer) {
        ByteBuffer gathered = AHEAD.getAndSet(this, null);
        ahead = gathered == null ? buffer : joined(gathered, buffer);
    }

    private static ByteBuffer joined(ByteBuffer gathered, ByteBuffer buffer) {
        int length = gathered.limit();
        int added = buffer.remaining();
        if (gathered.capacity() - length >= added) {
            return gathered.limit(length + added).put(length, buffer, buffer.position(), added);
        }
        int capacity = Math.max(2 * gathered.capacity(), length + added);
        return ByteBuffer.allocate(capacity).put(gathered).put(buffer).flip();
    }

    private void drain() {
        if (DRAINS.getAndIncrement(this) == 0) {
            deliver();
            drainOn(1);
        }
    }

    /** Leaves the drain loop unless somebody called for it meanwhile. */
    private void drainOn(int handled) {
        int left = DRAINS.addAndGet(this, -handled);
        while (left != 0) {
            deliver();
            left = DRAINS.addAndGet(this, -left);
        }
    }

    private void deliver() {
        Flow.Subscriber<? super ByteBuffer> subscriber = receiver;
        if (subscriber == null && !terminated) {
            return;
        }
        while (subscriber != null && !terminated) {
            End now = abort;
            // The end is read before the queue: what it follows is in the queue by then.
            End later = end;
            if (cancelled) {
                terminated = true;
            } else if (now != null) {
                terminate(subscriber, now);
            } else if (ahead == null) {
                if (later == null) {
                    return;
                }
                terminate(subscriber, later);
            } else if (isWanted()) {
                nextAhead(subscriber);
            } else {
                return;
            }
        }
        discard();
    }

    private boolean isOver() {
        return terminated || cancelled || abort != null;
    }

    private boolean isWanted() {
        return delivered < requested;
    }

    private void nextAhead(Flow.Subscriber<? super ByteBuffer> subscriber) {
        ByteBuffer gathered = AHEAD.getAndSet(this, null);
        // Null while the event loop adds to it, which calls for another round.
        if (gathered != null) {
            source.roomAgain();
            next(subscriber, gathered);
        }
    }

    private void next(Flow.Subscriber<? super ByteBuffer> subscriber, ByteBuffer buffer) {
        delivered++;
        try {
            subscriber.onNext(buffer);
        } catch (Throwable thrown) {
            giveUp();
        }
    }

    private void terminate(Flow.Subscriber<? super ByteBuffer> subscriber, End signal) {
        terminated = true;
        try {
            if (signal.failure() == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(signal.failure());
            }
        } catch (Throwable thrown) {
            // The exchange is over; there is nothing left to cancel.
            source.abandoned();
        }
    }

    /** What comes after the end, or after a cancel, is nobody's. */
    private void discard() {
        receiver = null;
        ahead = null;
        source.roomAgain();
    }

    private void giveUp() {
        cancelled = true;
        source.abandoned();
    }

    private static void refuse(Flow.Subscriber<? super ByteBuffer> second) {
        second.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        second.onError(new IllegalStateException("A response's body has one subscriber, and has had it"));
    }

    private final class BodySubscription implements Flow.Subscription {

        @Override
        public void request(long n) {
            if (n <= 0) {
                source.abandoned();
                abort(new IllegalArgumentException("request must be positive (Reactive Streams, rule 3.9): " + n));
                return;
            }
            REQUESTED.accumulateAndGet(BodyPublisher.this, n, BodyPublisher::addCapped);
            drain();
        }

        @Override
        public void cancel() {
            cancelled = true;
            source.abandoned();
            drain();
        }
    }

    private static long addCapped(long first, long second) {
        long sum = first + second;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
