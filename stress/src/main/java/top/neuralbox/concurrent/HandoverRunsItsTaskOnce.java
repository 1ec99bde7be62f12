package top.neuralbox.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** An executor and a thread of the client come to one task at once. */
@JCStressTest
@Description("The application's executor and the client's own thread run the same task.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The task ran once.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The task ran twice, or never.")
@State
public class HandoverRunsItsTaskOnce {

    private final AtomicInteger runs = new AtomicInteger();
    private final Handover handover = Handover.of(runs::incrementAndGet, Runnable::run);

    @Actor
    public void executor() {
        handover.run();
    }

    @Actor
    public void client() {
        handover.run();
    }

    @Arbiter
    public void after(I_Result r) {
        r.r1 = runs.get();
    }
}
