package top.neuralbox.budget;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two reservations come of which only one fits. */
@JCStressTest
@Description("Of a limit of 10 credits, two callers want 9 at once.")
@Outcome(
        id = {"1, 0, 9", "0, 1, 9"},
        expect = Expect.ACCEPTABLE,
        desc = "Exactly one got them.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both got them, or none, or the count is wrong.")
@State
public class BudgetNeverExceedsItsLimit {

    private final Counted it = new Counted();

    @Actor
    public void first(III_Result r) {
        r.r1 = it.reserve("first", 9);
    }

    @Actor
    public void second(III_Result r) {
        r.r2 = it.reserve("second", 9);
    }

    @Arbiter
    public void after(III_Result r) {
        r.r3 = it.held();
    }
}
