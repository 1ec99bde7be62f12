package top.neuralbox.budget;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Credits are released while another caller wants them. */
@JCStressTest
@Description("A call that cost nothing releases 9 of 10 credits while another call wants 9.")
@Outcome(id = "1, 9", expect = Expect.ACCEPTABLE, desc = "The other call got what was released.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The other call came too early.")
@Outcome(expect = Expect.FORBIDDEN, desc = "What is set aside does not fit what was granted.")
@State
public class BudgetGivesWhatIsFree {

    private final Counted it = new Counted();

    public BudgetGivesWhatIsFree() {
        it.reserve("call", 9);
    }

    @Actor
    public void release() {
        it.settle("call", 0);
    }

    @Actor
    public void other(II_Result r) {
        r.r1 = it.reserve("other", 9);
    }

    @Arbiter
    public void after(II_Result r) {
        r.r2 = it.held();
    }
}
