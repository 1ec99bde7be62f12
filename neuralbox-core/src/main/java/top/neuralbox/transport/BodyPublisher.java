package top.neuralbox.transport;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.DemandSum;
import top.neuralbox.concurrent.SafeLog;

/**
 * The body of one response, for a transport whose engine pushes bytes. It delivers them to its one subscriber under the
 * subscriber's demand, by rules 5 to 7 of the SPI.
 *
 * <p>One thread at a time adds bytes: the engine's. Each thread that adds, requests or ends something asks for a turn; the
 * first one delivers until no other has asked. So signals are serial, a {@code request} from inside {@code onNext} does not
 * recurse, and no lock is held while the subscriber runs. Bytes without demand gather in one buffer, so that many small
 * chunks cost no more than a large one. The engine must limit how many bytes gather, with {@link #ahead()} and {@link
 * Source#taken}.
 *
 * @since 0.1.0
 */
public final class BodyPublisher implements Flow.Publisher<ByteBuffer> {

    /** The exchange that fills the body. Both methods may be called on any thread, and throw nothing. */
    public interface Source {

        /** So many bytes are about to be delivered, or were dropped at the end. A paused engine may read on. */
        void taken(int bytes);

        /**
         * The subscriber cancelled, threw, or requested a number that is not positive: release the exchange. May be called
         * twice.
         */
        void abandoned();
    }

    // Fields of this object, not objects of their own: with thousands of slow streams, memory is what limits speed.
    private static final AtomicReferenceFieldUpdater<BodyPublisher, @Nullable ByteBuffer> GATHERED =
            AtomicReferenceFieldUpdater.newUpdater(BodyPublisher.class, ByteBuffer.class, "gathered");
    private static final AtomicReferenceFieldUpdater<BodyPublisher, @Nullable End> ABORT =
            AtomicReferenceFieldUpdater.newUpdater(BodyPublisher.class, End.class, "abort");
    private static final AtomicLongFieldUpdater<BodyPublisher> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(BodyPublisher.class, "requested");
    private static final AtomicIntegerFieldUpdater<BodyPublisher> ASKED =
            AtomicIntegerFieldUpdater.newUpdater(BodyPublisher.class, "asked");

    /** Created with the class, because a demand that found no memory would be lost. */
    private static final LongBinaryOperator SUM = DemandSum::of;

    /** Stands for the bytes while the engine's thread adds to them. They must not be taken for none. */
    private static final ByteBuffer GROWING = ByteBuffer.allocate(0);

    /** How a body ends: with a failure, or whole. */
    private record End(@Nullable Throwable failure) {}

    private static final End WHOLE = new End(null);

    /** Made in advance, because there is no memory when it is needed. */
    private static final End NO_MEMORY =
            new End(new TransportException(TransportException.Kind.LOST, "no memory was left for the response", null));

    private final Source source;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    /** Set when {@code onSubscribe} has returned, because no signal may come before; null again after the end. */
    private volatile Flow.@Nullable Subscriber<? super ByteBuffer> receiver;

    private volatile @Nullable ByteBuffer gathered;
    private volatile long requested;

    /** How many threads have asked for a turn since the thread that has it last looked. */
    private volatile int asked;

    /** The end that follows the bytes. */
    private volatile @Nullable End end;

    /** The end that does not wait for the bytes. */
    private volatile @Nullable End abort;

    private volatile boolean cancelled;

    /** Only the thread that has the turn uses these two. */
    private long delivered;

    private boolean terminated;

    /** Whether bytes may be missing, so that none may follow. */
    private boolean broken;

    /** A body to which no bytes have been added yet. */
    public BodyPublisher(Source source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        // First: if there is no memory for it, the caller is told, and may subscribe again.
        Flow.Subscription subscription = new BodySubscription();
        if (!subscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Refused());
            subscriber.onError(new IllegalStateException("the body of a response has one subscriber"));
            return;
        }
        try {
            subscriber.onSubscribe(subscription);
        } catch (Throwable thrown) {
            subscriberThrew(thrown);
        }
        receiver = subscriber;
        ask();
    }

    /** Adds bytes, whose buffer belongs to the subscriber from here on. On the engine's thread. */
    public void offer(ByteBuffer buffer) {
        add(buffer, false);
    }

    /** Adds a copy of these bytes, for an engine that reuses its buffer. On the engine's thread. */
    public void offerCopy(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            add(bytes, true);
        }
    }

    /** The body is whole. On the engine's thread. */
    public void complete() {
        end = WHOLE;
        ask();
    }

    /** The body ends early, after the bytes that have come. The first end counts. From any thread. */
    public void fail(Throwable failure) {
        if (end == null) {
            end = new End(failure);
        }
        ask();
    }

    /**
     * The body ends early and at once, after the bytes that are asked for already. The first abort counts; after the terminal
     * signal it has no effect. From any thread.
     */
    public void abort(Throwable failure) {
        ABORT.compareAndSet(this, null, new End(failure));
        ask();
    }

    /** How many bytes wait for demand. */
    public int ahead() {
        ByteBuffer waiting = gathered;
        return waiting == null ? 0 : waiting.remaining();
    }

    private void add(ByteBuffer bytes, boolean copy) {
        if (asked != 0 || !ASKED.compareAndSet(this, 0, 1)) {
            gather(bytes, copy);
            ask();
            return;
        }
        try {
            // Usually the subscriber waits, and nothing has to gather.
            Flow.Subscriber<? super ByteBuffer> subscriber = receiver;
            if (subscriber != null && gathered == null && isWanted() && !isOver()) {
                deliver(subscriber, copy ? copyOf(bytes) : bytes);
            } else if (!terminated) {
                gather(bytes, copy);
            }
        } finally {
            leave();
        }
    }

    private void gather(ByteBuffer bytes, boolean copy) {
        ByteBuffer before = GATHERED.getAndSet(this, GROWING);
        ByteBuffer after = before;
        try {
            if (before != null) {
                after = appended(before, bytes);
            } else {
                after = copy ? copyOf(bytes) : bytes;
            }
        } finally {
            // Without memory for both, the earlier bytes are kept.
            gathered = after;
        }
    }

    private static ByteBuffer appended(ByteBuffer before, ByteBuffer bytes) {
        int length = before.limit();
        int added = bytes.remaining();
        if (before.capacity() - length >= added) {
            return before.limit(length + added).put(length, bytes, bytes.position(), added);
        }
        int capacity = Math.max(2 * before.capacity(), length + added);
        return ByteBuffer.allocate(capacity).put(before).put(bytes).flip();
    }

    private static ByteBuffer copyOf(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return ByteBuffer.wrap(copy);
    }

    private void ask() {
        if (ASKED.getAndIncrement(this) == 0) {
            advanceOrEnd();
            leave();
        }
    }

    /** Gives the turn back when no thread has asked since the last look. */
    private void leave() {
        int seen = ASKED.decrementAndGet(this);
        while (seen != 0) {
            advanceOrEnd();
            seen = ASKED.addAndGet(this, -seen);
        }
    }

    /** A turn that is not given back would leave the body without an end. */
    private void advanceOrEnd() {
        try {
            advance();
        } catch (OutOfMemoryError full) {
            endOnce(NO_MEMORY);
        } catch (Throwable thrown) {
            endOnce(endFor(thrown));
        }
    }

    private void endOnce(End reason) {
        broken = true;
        if (ABORT.compareAndSet(this, null, reason)) {
            ASKED.incrementAndGet(this);
        }
    }

    private static End endFor(Throwable thrown) {
        try {
            return new End(thrown);
        } catch (OutOfMemoryError full) {
            return NO_MEMORY;
        }
    }

    private void advance() {
        Flow.Subscriber<? super ByteBuffer> subscriber = receiver;
        if (subscriber == null && !terminated) {
            return;
        }
        boolean isLast = false;
        while (subscriber != null && !terminated) {
            End now = abort;
            // The end is read before the bytes: the bytes that it follows are there by then.
            End later = end;
            ByteBuffer waiting = gathered;
            boolean canDeliver = waiting != null && waiting.hasRemaining() && isWanted();
            if (cancelled) {
                terminated = true;
            } else if (now != null && (isLast || broken || !canDeliver)) {
                terminate(subscriber, now);
            } else if (waiting == null) {
                if (later == null) {
                    return;
                }
                terminate(subscriber, later);
            } else if (canDeliver && GATHERED.compareAndSet(this, waiting, null)) {
                // Bytes that were asked for before an abort do not wait. Further ones may never stop.
                isLast = now != null;
                deliver(subscriber, waiting);
            } else if (now == null) {
                // No demand; or the bytes grow, and the engine's thread asks for a turn afterwards.
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

    private void deliver(Flow.Subscriber<? super ByteBuffer> subscriber, ByteBuffer buffer) {
        delivered++;
        source.taken(buffer.remaining());
        try {
            subscriber.onNext(buffer);
        } catch (Throwable thrown) {
            subscriberThrew(thrown);
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
            subscriberThrew(thrown);
        }
    }

    /** Drops the subscriber (rule 3.13 of Reactive Streams) and the bytes after the end, which no code reads. */
    private void discard() {
        receiver = null;
        ByteBuffer dropped = gathered;
        gathered = null;
        source.taken(dropped == null ? 0 : dropped.remaining());
    }

    /** A subscriber that throws has cancelled (rule 2.13). Its message may quote the response, so only its type is logged. */
    private void subscriberThrew(Throwable thrown) {
        cancelled = true;
        // First, because the sentence needs memory.
        source.abandoned();
        SafeLog.warn(
                "the subscriber of a response body threw " + thrown.getClass().getName() + "; its call is cancelled");
    }

    private final class BodySubscription implements Flow.Subscription {

        @Override
        public void request(long n) {
            if (n <= 0) {
                // Before the exchange is released, so that the subscriber sees this reason (rule 3.9).
                ABORT.compareAndSet(
                        BodyPublisher.this,
                        null,
                        new End(new IllegalArgumentException(
                                "demand must be positive (Reactive Streams, rule 3.9): " + n)));
                source.abandoned();
            } else {
                REQUESTED.accumulateAndGet(BodyPublisher.this, n, SUM);
            }
            ask();
        }

        @Override
        public void cancel() {
            cancelled = true;
            source.abandoned();
            ask();
        }
    }

    /** The subscription of a second subscriber. */
    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
