package top.neuralbox.concurrent;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A drain loop begins while a thread asks for the first one. */
@JCStressTest
@Description("A call is allowed to advance while the engine brings something.")
@Outcome(
        id = "0, 2",
        expect = Expect.ACCEPTABLE,
        desc = "What the engine brought was looked at, by one thread at a time.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The question came before the beginning, and is forgotten.")
@State
public class DrainLoopBeginsWithWhatWasAsked {

    private final Work work = new Work();
    private final DrainLoop turns = new DrainLoop(work, () -> {}, null, Runnable::run, new StandingTime());

    @Actor
    public void call() {
        turns.begin();
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
