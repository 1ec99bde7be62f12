package top.neuralbox.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import top.neuralbox.stress.Stress;

/** A turn is dropped by the executor that has it, while the call is to end. */
@JCStressTest
@Description("The engine's turn goes to an executor that was shut down; a caller cancels meanwhile.")
@Outcome(id = "0, 3", expect = Expect.ACCEPTABLE, desc = "The turn was taken elsewhere, once, and the end was seen.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The turn is lost, or two threads took it.")
@State
public class DrainLoopOutlivesADeadExecutor {

    static {
        Stress.logNothing();
    }

    private final Work work = new Work();
    private final StandingTime time = new StandingTime();
    private final DrainLoop turns = new DrainLoop(work, () -> {}, new DeadExecutor(), Runnable::run, time);

    public DrainLoopOutlivesADeadExecutor() {
        turns.begin();
    }

    @Actor
    public void engine() {
        work.first();
        turns.ask();
    }

    @Actor
    public void caller() {
        work.second();
        if (turns.claim()) {
            turns.handOverSoon();
        } else {
            turns.hurry();
        }
    }

    @Arbiter
    public void after(II_Result r) {
        time.goOff();
        r.r1 = work.faults();
        r.r2 = work.seen();
    }
}
