package top.neuralbox;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The call gives the rest of a body to a drain while the body ends. */
@JCStressTest
@Description("The body ends while the call, which has all it needs, leaves the rest to the drain.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The drain heard of the end, and its timer is off.")
@Outcome(
        id = "2, 0",
        expect = Expect.ACCEPTABLE,
        desc = "Both told it; a call leaves the registry as often as it likes.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "Nobody told the drain: the call stays registered, and its timer gives the connection up.")
@State
public class InboxDrainHearsOfTheEnd {

    private final Inbox it = new Inbox();
    private final AtomicInteger over = new AtomicInteger();

    @Actor
    public void transport() {
        it.bring();
        it.inbox.onComplete();
    }

    @Actor
    public void call() {
        it.inbox.drainInto(new TailDrain(it.time, () -> {}, over::incrementAndGet));
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = over.get();
        r.r2 = it.time.armed();
    }
}
