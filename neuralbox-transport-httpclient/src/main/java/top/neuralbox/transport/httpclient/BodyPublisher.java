package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.jspecify.annotations.Nullable;

/**
 * The content of one response, from the engine's I/O thread to its one subscriber.
 *
 * <p>The I/O thread is the only one that {@linkplain #receive adds} bytes; any thread may ask for more or end it. Whoever finds
 * {@link #work} at zero delivers until no work is left, so signals are serial and a {@code request} from inside {@code onNext}
 * does not recurse. Bytes that nobody asked for yet gather in one buffer, which bounds their number and their overhead.
 */
final class BodyPublisher implements Flow.Publisher<ByteBuffer> {

    /** How many bytes the engine reads of a body that nobody asks for, before it stops. */
    static final int WINDOW = 16 * 1024;

    /** Credit is given back in portions, not for each token. At most half the window, or the engine would starve. */
    private static final int CREDIT_PORTION = WINDOW / 2;

    // Fields of this object, not objects of their own: with thousands of slow streams, the way to memory is the cost.
    private static final AtomicReferenceFieldUpdater<BodyPublisher, @Nullable ByteBuffer> PENDING =
            AtomicReferenceFieldUpdater.newUpdater(BodyPublisher.class, ByteBuffer.class, "pending");
    private static final AtomicReferenceFieldUpdater<BodyPublisher, @Nullable Throwable> ABORTED =
            AtomicReferenceFieldUpdater.newUpdater(BodyPublisher.class, Throwable.class, "aborted");
    private static final AtomicLongFieldUpdater<BodyPublisher> DEMAND =
            AtomicLongFieldUpdater.newUpdater(BodyPublisher.class, "demand");
    private static final AtomicIntegerFieldUpdater<BodyPublisher> WORK =
            AtomicIntegerFieldUpdater.newUpdater(BodyPublisher.class, "work");
    private static final AtomicIntegerFieldUpdater<BodyPublisher> CREDIT =
            AtomicIntegerFieldUpdater.newUpdater(BodyPublisher.class, "credit");

    /** In the place of bytes that the I/O thread is adding to: a failure must not take them for none. */
    private static final ByteBuffer GROWING = ByteBuffer.allocate(0);

    private static final Logger LOG = System.getLogger("top.neuralbox");

    /** How a body ends: with a failure, or whole. */
    private record End(@Nullable Throwable failure) {}

    private final Runnable cancelCall;
    private final Consumer<Throwable> failCall;

    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private volatile @Nullable ByteBuffer pending;
    private volatile long demand;
    private volatile int credit;
    /** Signals that wait to be looked at. Starts at one: nothing is delivered before there is a subscriber. */
    private volatile int work = 1;

    /** How the body ends once what has arrived is delivered. */
    private volatile @Nullable End end;
    /** How the body ends now, whatever has arrived. */
    private volatile @Nullable Throwable aborted;

    private volatile boolean cancelled;
    private volatile @Nullable CapacityChannel channel;
    /** Touched by the delivering thread only. */
    private boolean terminated;

    /**
     * @param cancelCall gives the exchange up; called when the subscriber cancels or throws
     * @param failCall ends the exchange when its connection takes no more credit
     */
    BodyPublisher(Runnable cancelCall, Consumer<Throwable> failCall) {
        this.cancelCall = cancelCall;
        this.failCall = failCall;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> candidate) {
        Objects.requireNonNull(candidate, "subscriber");
        if (!taken.compareAndSet(false, true)) {
            candidate.onSubscribe(new Refused());
            candidate.onError(new IllegalStateException("the body of a response has one subscriber"));
            return;
        }
        subscriber = candidate;
        try {
            candidate.onSubscribe(new Demand());
        } catch (Throwable foreign) {
            abandon(foreign);
        }
        work();
    }

    /** Adds a copy of these bytes, which the engine will reuse. I/O thread. */
    void receive(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        if (work != 0 || !WORK.compareAndSet(this, 0, 1)) {
            gather(bytes);
            signal();
            return;
        }
        // Usually a subscriber waits, and what it is handed need not be kept here before.
        if (demand > 0 && pending == null && !isOver()) {
            deliver(copy(bytes));
        } else if (!terminated) {
            gather(bytes);
        }
        leave();
    }

    /** Taken out while it grows: the delivering thread sees all of it, or that it grows, and is called for afterwards. */
    private void gather(ByteBuffer bytes) {
        ByteBuffer gathered = PENDING.getAndSet(this, GROWING);
        pending = gathered == null ? copy(bytes) : append(gathered, bytes);
    }

    private boolean isOver() {
        return terminated || cancelled || aborted != null;
    }

    /** The engine's account for this body, called when it is used up and perhaps earlier. I/O thread. */
    void updateCapacity(CapacityChannel account) {
        channel = account;
        giveCredit(1);
    }

    /** The body is whole. I/O thread. */
    void complete() {
        end = new End(null);
        signal();
    }

    /** The body ends early, after what has arrived of it. */
    void fail(Throwable failure) {
        end = new End(failure);
        signal();
    }

    /** The body ends early and at once. The first call counts. */
    void abort(Throwable failure) {
        ABORTED.compareAndSet(this, null, failure);
        signal();
    }

    private void signal() {
        if (WORK.getAndIncrement(this) == 0) {
            work();
        }
    }

    /** Entered with {@link #work} above zero, by one thread at a time. */
    private void work() {
        deliver();
        leave();
    }

    /** Delivers until no signal is left unseen. */
    private void leave() {
        int unseen = WORK.decrementAndGet(this);
        while (unseen != 0) {
            deliver();
            unseen = WORK.addAndGet(this, -unseen);
        }
    }

    private void deliver() {
        while (!terminated) {
            Throwable abort = aborted;
            if (cancelled) {
                terminate();
                return;
            }
            if (abort != null) {
                terminate(new End(abort));
                return;
            }
            // The end is read first: what had arrived before it is in the buffer by then.
            End last = end;
            ByteBuffer waiting = pending;
            if (waiting == null) {
                if (last == null) {
                    return;
                }
                terminate(last);
            } else if (demand > 0 && waiting.hasRemaining() && PENDING.compareAndSet(this, waiting, null)) {
                deliver(waiting);
            } else {
                return;
            }
        }
        // What comes after the end, or after a cancel, is nobody's.
        pending = null;
    }

    private void deliver(ByteBuffer buffer) {
        int length = buffer.remaining();
        if (demand != Long.MAX_VALUE) {
            DEMAND.decrementAndGet(this);
        }
        try {
            current().onNext(buffer);
        } catch (Throwable foreign) {
            abandon(foreign);
            return;
        }
        CREDIT.addAndGet(this, length);
        giveCredit(CREDIT_PORTION);
    }

    private void terminate(End how) {
        Flow.Subscriber<? super ByteBuffer> last = current();
        terminate();
        try {
            if (how.failure() == null) {
                last.onComplete();
            } else {
                last.onError(how.failure());
            }
        } catch (Throwable foreign) {
            report(foreign);
        }
    }

    /** Lets go of everything, also of the subscriber, as rule 3.13 of Reactive Streams asks. */
    private void terminate() {
        terminated = true;
        pending = null;
        channel = null;
        subscriber = null;
    }

    private Flow.Subscriber<? super ByteBuffer> current() {
        return Objects.requireNonNull(subscriber, "subscriber");
    }

    /** A subscriber that throws has cancelled (rule 2.13), and its fault stays with this call. */
    private void abandon(Throwable foreign) {
        cancelled = true;
        report(foreign);
        cancelCall.run();
    }

    /** Names the type alone: what a subscriber's exception says may be content of the response. */
    private static void report(Throwable foreign) {
        LOG.log(
                Level.WARNING,
                "A subscriber of a response body threw {0}; its call is cancelled.",
                foreign.getClass().getName());
    }

    /** Gives back what was delivered, if it is at least so much and the engine has shown its account. */
    private void giveCredit(int least) {
        CapacityChannel account = channel;
        if (account == null || credit < least) {
            return;
        }
        int bytes = CREDIT.getAndSet(this, 0);
        if (bytes > 0) {
            try {
                account.update(bytes);
            } catch (IOException | RuntimeException e) {
                failCall.accept(e);
            }
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return ByteBuffer.wrap(copy);
    }

    private static ByteBuffer append(ByteBuffer gathered, ByteBuffer bytes) {
        int length = gathered.limit();
        int added = bytes.remaining();
        if (gathered.capacity() - length >= added) {
            return gathered.limit(length + added).put(length, bytes, bytes.position(), added);
        }
        int capacity = Math.max(2 * gathered.capacity(), length + added);
        return ByteBuffer.allocate(capacity).put(gathered).put(bytes).flip();
    }

    private final class Demand implements Flow.Subscription {

        @Override
        public void request(long n) {
            if (n <= 0) {
                // Before the call is cancelled, so that this is the reason that the subscriber sees (rule 3.9).
                if (ABORTED.compareAndSet(
                        BodyPublisher.this,
                        null,
                        new IllegalArgumentException("request(n) needs a positive n (rule 3.9): " + n))) {
                    cancelCall.run();
                }
            } else {
                DEMAND.accumulateAndGet(
                        BodyPublisher.this, n, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
            }
            signal();
        }

        @Override
        public void cancel() {
            cancelled = true;
            cancelCall.run();
            signal();
        }
    }

    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
