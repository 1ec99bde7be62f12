package top.neuralbox.testkit.fake;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.fake.FakeAnswer.Step;
import top.neuralbox.transport.TransportException;

/** The body of a {@link FakeCall}. Every change enters its one drain loop. Thread-safe. */
final class FakeBody implements Flow.Publisher<ByteBuffer>, Flow.Subscription {

    private final FakeCall call;
    private final List<Step> steps;
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final AtomicInteger entries = new AtomicInteger();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private volatile boolean silenced;

    /** The index of the next step. {@code watched} is that of the gate it waits for. Only the drain loop uses them. */
    private int next;

    private int watched = -1;

    FakeBody(FakeCall call, List<Step> steps) {
        this.call = call;
        this.steps = steps;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> newSubscriber) {
        if (!subscribed.compareAndSet(false, true)) {
            refuse(newSubscriber);
            return;
        }
        try {
            newSubscriber.onSubscribe(this);
        } catch (Throwable e) {
            cancel();
        }
        subscriber = newSubscriber;
        drain();
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            call.finish(true);
            fail(new IllegalArgumentException("demand must be positive (Reactive Streams, rule 3.9): " + count));
            return;
        }
        demand.accumulateAndGet(count, (had, more) -> had + more < 0 ? Long.MAX_VALUE : had + more);
        drain();
    }

    @Override
    public void cancel() {
        silenced = true;
        call.finish(true);
    }

    /** Ends the body in an error. Only the first error counts. */
    void fail(Throwable error) {
        failure.compareAndSet(null, error);
        drain();
    }

    private void drain() {
        if (entries.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            Flow.Subscriber<? super ByteBuffer> receiver = subscriber;
            if (receiver != null) {
                deliver(receiver);
            }
            missed = entries.addAndGet(-missed);
        } while (missed != 0);
    }

    private void deliver(Flow.Subscriber<? super ByteBuffer> receiver) {
        try {
            boolean more = true;
            while (more && !silenced) {
                Throwable error = failure.get();
                if (error != null) {
                    silenced = true;
                    receiver.onError(error);
                } else {
                    more = step(receiver);
                }
            }
        } catch (Throwable e) {
            // An exception of a subscriber cancels only its call (rule 11 of the transport package).
            cancel();
        }
    }

    /** Takes one step. Returns whether the next one may follow. */
    private boolean step(Flow.Subscriber<? super ByteBuffer> receiver) {
        if (next == steps.size()) {
            if (call.finish(false)) {
                silenced = true;
                receiver.onComplete();
            }
            // Otherwise the call has ended already. If it failed, the failure enters this loop once more.
            return false;
        }
        Step step = steps.get(next);
        if (step instanceof Step.Chunk chunk) {
            return deliver(receiver, chunk);
        }
        if (step instanceof Step.Await await) {
            return pass(await.gate());
        }
        if (step instanceof Step.Fail fail && call.finish(false)) {
            failure.set(new TransportException(fail.kind(), "the fake body ended: " + fail.kind(), null));
            return true;
        }
        return false;
    }

    private boolean deliver(Flow.Subscriber<? super ByteBuffer> receiver, Step.Chunk chunk) {
        if (demand.get() == 0) {
            return false;
        }
        demand.updateAndGet(had -> had == Long.MAX_VALUE ? had : had - 1);
        next++;
        receiver.onNext(ByteBuffer.wrap(FakeAnswer.bytes(chunk)));
        return true;
    }

    private boolean pass(Gate gate) {
        if (gate.isOpen()) {
            next++;
            return true;
        }
        if (watched != next) {
            watched = next;
            gate.whenOpen(this::drain);
        }
        return false;
    }

    private static void refuse(Flow.Subscriber<? super ByteBuffer> second) {
        second.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        second.onError(new IllegalStateException("a body has one subscriber"));
    }
}
