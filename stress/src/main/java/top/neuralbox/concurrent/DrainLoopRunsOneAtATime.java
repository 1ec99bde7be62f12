package top.neuralbox.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads ask for a turn at once. */
@JCStressTest
@Description("Two threads of the engine say something, and ask for the work.")
@Outcome(id = "0, 3", expect = Expect.ACCEPTABLE, desc = "One at a time worked, and what both had said was seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Two worked at once, or what one had said was never looked at.")
@State
public class DrainLoopRunsOneAtATime {

    private final Work work = new Work();
    private final DrainLoop turns = new DrainLoop(work, () -> {}, null, Runnable::run, new StandingTime());

    public DrainLoopRunsOneAtATime() {
        turns.begin();
    }

    @Actor
    public void first() {
        work.first();
        turns.ask();
    }

    @Actor
    public void second() {
        work.second();
        turns.ask();
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = work.faults();
        r.r2 = work.seen();
    }
}
