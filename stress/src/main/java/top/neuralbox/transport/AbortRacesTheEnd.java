package top.neuralbox.transport;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A call is given up while the end of its body arrives. */
@JCStressTest
@Description("The last chunks and the end arrive while another thread gives the call up.")
@Outcome(id = "12, 1, 0", expect = Expect.ACCEPTABLE, desc = "The whole body was faster.")
@Outcome(
        id = {"0, 2, 0", "1, 2, 0", "12, 2, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "The reader got a beginning, and one failure.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "The reader got no end, or two, or a body that is not whole for a whole one.")
@State
public class AbortRacesTheEnd {

    private final Arriving it = new Arriving(Long.MAX_VALUE);

    public AbortRacesTheEnd() {
        it.subscribe();
    }

    @Actor
    public void engine() {
        it.bring(1);
        it.bring(2);
        it.complete();
    }

    @Actor
    public void canceller() {
        it.abort();
    }

    @Arbiter
    public void after(III_Result r) {
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
