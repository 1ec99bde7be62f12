package top.neuralbox.budget;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One reservation is settled twice at once. */
@JCStressTest
@Description("A reservation is settled with 3 by one thread, and with 5 by another.")
@Outcome(
        id = {"3, 0", "5, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "One bill counts, and nothing stays set aside.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both bills count, or none, or credits stay set aside.")
@State
public class BudgetSettlesOnce {

    private final Counted it = new Counted();

    public BudgetSettlesOnce() {
        it.reserve("call", 9);
    }

    @Actor
    public void first() {
        it.settle("call", 3);
    }

    @Actor
    public void second() {
        it.settle("call", 5);
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = it.spent();
        r.r2 = it.held();
    }
}
