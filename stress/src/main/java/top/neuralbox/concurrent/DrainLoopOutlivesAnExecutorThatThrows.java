package top.neuralbox.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import top.neuralbox.stress.KeptTasks;
import top.neuralbox.stress.Stress;

/** An executor throws after it took a turn, so that two threads are about to take it. */
@JCStressTest
@Description("An executor takes the turn and throws; its thread runs the turn all the same.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "One of the two took the turn.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both took the turn, or none.")
@State
public class DrainLoopOutlivesAnExecutorThatThrows {

    static {
        Stress.logNothing();
    }

    private final Work work = new Work();
    private final KeptTasks taken = new KeptTasks();
    private final DrainLoop turns =
            new DrainLoop(work, () -> {}, this::takeAndThrow, Runnable::run, new StandingTime());

    public DrainLoopOutlivesAnExecutorThatThrows() {
        turns.begin();
    }

    private void takeAndThrow(Runnable task) {
        taken.execute(task);
        throw new IllegalStateException("taken all the same");
    }

    @Actor
    public void engine() {
        work.first();
        turns.ask();
    }

    @Actor
    public void executor() {
        taken.run();
    }

    @Arbiter
    public void after(II_Result r) {
        taken.run();
        r.r1 = work.faults();
        r.r2 = work.seen();
    }
}
