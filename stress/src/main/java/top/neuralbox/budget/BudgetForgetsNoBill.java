package top.neuralbox.budget;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reservation is left unsettled while its bill arrives. */
@JCStressTest
@Description("The end of a call leaves the reservation unsettled while its bill of 3 arrives.")
@Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "The bill counts, and nothing stays set aside.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The bill is lost, or credits stay set aside.")
@State
public class BudgetForgetsNoBill {

    private final Counted it = new Counted();

    public BudgetForgetsNoBill() {
        it.reserve("call", 9);
    }

    @Actor
    public void end() {
        it.leaveUnsettled("call");
    }

    @Actor
    public void bill() {
        it.settle("call", 3);
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = it.spent();
        r.r2 = it.held();
    }
}
