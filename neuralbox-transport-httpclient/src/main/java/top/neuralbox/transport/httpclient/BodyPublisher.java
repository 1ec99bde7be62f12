package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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

    private static final Logger LOG = System.getLogger("top.neuralbox");

    /** How a body ends: with a failure, or whole. */
    private record End(@Nullable Throwable failure) {}

    private final Runnable cancelCall;
    private final Consumer<Throwable> failCall;

    private final AtomicReference<Flow.@Nullable Subscriber<? super ByteBuffer>> subscriber = new AtomicReference<>();
    private final AtomicReference<@Nullable ByteBuffer> pending = new AtomicReference<>();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger credit = new AtomicInteger();
    /** Signals that wait to be looked at. Starts at one: nothing is delivered before there is a subscriber. */
    private final AtomicInteger work = new AtomicInteger(1);

    /** How the body ends once what has arrived is delivered. */
    private volatile @Nullable End end;
    /** How the body ends now, whatever has arrived. */
    private final AtomicReference<@Nullable Throwable> aborted = new AtomicReference<>();

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
        if (!subscriber.compareAndSet(null, candidate)) {
            candidate.onSubscribe(new Refused());
            candidate.onError(new IllegalStateException("the body of a response has one subscriber"));
            return;
        }
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
        // Taken out while it grows: the delivering thread sees either none of it or all of it.
        ByteBuffer gathered = pending.getAndSet(null);
        pending.set(gathered == null ? copy(bytes) : append(gathered, bytes));
        signal();
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
        aborted.compareAndSet(null, failure);
        signal();
    }

    private void signal() {
        if (work.getAndIncrement() == 0) {
            work();
        }
    }

    /** Delivers until no signal is left unseen. Entered with {@link #work} above zero, by one thread at a time. */
    private void work() {
        int seen = work.get();
        do {
            deliver();
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void deliver() {
        while (!terminated) {
            Throwable abort = aborted.get();
            if (cancelled) {
                terminate();
                return;
            }
            if (abort != null) {
                terminate(new End(abort));
                return;
            }
            // The end is read first: once it is set, no more bytes come.
            End last = end;
            ByteBuffer next = demand.get() > 0 ? pending.getAndSet(null) : null;
            if (next != null) {
                deliver(next);
            } else if (last != null && pending.get() == null) {
                terminate(last);
            } else {
                return;
            }
        }
    }

    private void deliver(ByteBuffer buffer) {
        int length = buffer.remaining();
        if (demand.get() != Long.MAX_VALUE) {
            demand.decrementAndGet();
        }
        try {
            current().onNext(buffer);
        } catch (Throwable foreign) {
            abandon(foreign);
            return;
        }
        credit.addAndGet(length);
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
        pending.set(null);
        channel = null;
        subscriber.set(Gone.INSTANCE);
    }

    private Flow.Subscriber<? super ByteBuffer> current() {
        return Objects.requireNonNull(subscriber.get(), "subscriber");
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
        if (account == null || credit.get() < least) {
            return;
        }
        int bytes = credit.getAndSet(0);
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
                if (aborted.compareAndSet(
                        null, new IllegalArgumentException("request(n) needs a positive n (rule 3.9): " + n))) {
                    cancelCall.run();
                }
            } else {
                demand.accumulateAndGet(n, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
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

    /** Stands in for a subscriber that is done, so that a further one is still refused. */
    private enum Gone implements Flow.Subscriber<ByteBuffer> {
        INSTANCE;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {}

        @Override
        public void onNext(ByteBuffer buffer) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
