package top.neuralbox.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A thread enters for something that cannot wait, while another asks for a turn. */
@JCStressTest
@Description("The engine enters with a chunk, while an application's thread asks for the work.")
@Outcome(id = "0, 3", expect = Expect.ACCEPTABLE, desc = "One at a time was inside, and what both had said was seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two were inside at once, or what one had said was never looked at.")
@State
public class DrainLoopGuardsTheShortWay {

    private final Work work = new Work();
    private final DrainLoop turns = new DrainLoop(work, () -> {}, null, Runnable::run, new StandingTime());

    public DrainLoopGuardsTheShortWay() {
        turns.begin();
    }

    @Actor
    public void engine() {
        work.first();
        if (turns.enter()) {
            work.run();
            turns.leave();
        } else {
            turns.ask();
        }
    }

    @Actor
    public void application() {
        work.second();
        if (turns.claim()) {
            turns.handOver();
        }
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = work.faults();
        r.r2 = work.seen();
    }
}
