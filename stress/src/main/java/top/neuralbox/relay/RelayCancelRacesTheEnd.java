package top.neuralbox.relay;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A relay is cancelled while the last events arrive. */
@JCStressTest
@Description("The last events and the end arrive while the application cancels the relay.")
@Outcome(id = "123, 1, 0", expect = Expect.ACCEPTABLE, desc = "The reader got everything, and then the end.")
@Outcome(
        id = {"0, 2, 0", "1, 2, 0", "12, 2, 0", "123, 2, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "The reader got a beginning, and was told that the relay was cancelled.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The reader got no end, two, or the end of an answer that is not whole.")
@State
public class RelayCancelRacesTheEnd {

    private final Relayed it = new Relayed(Long.MAX_VALUE);

    public RelayCancelRacesTheEnd() {
        it.read();
    }

    @Actor
    public void generation() {
        it.bring();
        it.bring();
    }

    @Actor
    public void application() {
        it.cancelRelay();
    }

    @Arbiter
    public void after(III_Result r) {
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
