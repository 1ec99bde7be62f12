package top.neuralbox.transport;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A body fails on a reader's thread, where credit could not be given back, while chunks arrive. */
@JCStressTest
@Description("A reader's thread has a chunk in its hands and finds that the connection is broken; more chunks arrive.")
@Outcome(
        id = "1, 0",
        expect = Expect.ACCEPTABLE,
        desc = "The failure came after everything that had arrived before it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A chunk is lost that had arrived before the failure, or no failure came.")
@State
public class AFailureFollowsWhatArrived implements Flow.Subscriber<ByteBuffer> {

    private final Arriving it = new Arriving(0);
    private Flow.@Nullable Subscription subscription;
    private volatile boolean broken;
    private boolean second;
    private int failures;

    /** The second chunk arrived when the connection was not yet known to be broken. */
    private boolean inTime;

    @SuppressWarnings("this-escape") // no other thread has it before the actors
    public AFailureFollowsWhatArrived() {
        it.subscribe(this);
        it.bring(1);
    }

    @Actor
    public void engine() {
        it.bring(2);
        inTime = !broken;
        it.bringMuch(3);
    }

    @Actor
    public void reader() {
        Objects.requireNonNull(subscription).request(1);
    }

    @Arbiter
    public void after(II_Result r) {
        Objects.requireNonNull(subscription).request(Long.MAX_VALUE);
        r.r1 = failures;
        r.r2 = inTime && !second ? 1 : 0;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        for (int i = buffer.position(); i < buffer.limit(); i++) {
            second |= buffer.get(i) == 2;
        }
        if (!broken) {
            broken = true;
            it.fail();
        }
    }

    @Override
    public void onError(Throwable error) {
        failures++;
    }

    @Override
    public void onComplete() {}
}
