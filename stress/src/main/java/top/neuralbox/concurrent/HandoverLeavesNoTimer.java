package top.neuralbox.concurrent;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import top.neuralbox.stress.KeptTasks;

/** A task runs while the timer that watches it is set up. */
@JCStressTest
@Description("A task is handed to an executor, which runs it while the timer that looks after it is armed.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The task ran once, and no timer is left.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A timer stays armed for a task that has run, or the task ran twice.")
@State
public class HandoverLeavesNoTimer {

    private final AtomicInteger runs = new AtomicInteger();
    private final KeptTasks executor = new KeptTasks();
    private final StandingTime time = new StandingTime();

    @Actor
    public void client() {
        Handover.run(runs::incrementAndGet, executor, Runnable::run, time, () -> false);
    }

    @Actor
    public void executor() {
        executor.run();
    }

    @Arbiter
    public void after(II_Result r) {
        executor.run();
        r.r1 = runs.get();
        r.r2 = time.armed();
    }
}
