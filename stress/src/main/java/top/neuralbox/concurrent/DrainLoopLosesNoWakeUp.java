package top.neuralbox.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A thread asks while another, which has nothing to do, has the turn and is about to give it back. */
@JCStressTest
@Description("A reader looks whether something is there while the engine brings something.")
@Outcome(
        id = "0, 2",
        expect = Expect.ACCEPTABLE,
        desc = "What the engine brought was looked at, by one thread at a time.")
@Outcome(expect = Expect.FORBIDDEN, desc = "What the engine brought lies there, and nobody looks.")
@State
public class DrainLoopLosesNoWakeUp {

    private final Work work = new Work();
    private final DrainLoop turns = new DrainLoop(work, () -> {}, null, Runnable::run, new StandingTime());

    public DrainLoopLosesNoWakeUp() {
        turns.begin();
    }

    @Actor
    public void reader() {
        if (turns.claim()) {
            turns.leaveElsewhere();
        }
    }

    @Actor
    public void engine() {
        work.second();
        turns.ask();
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = work.faults();
        r.r2 = work.seen();
    }
}
