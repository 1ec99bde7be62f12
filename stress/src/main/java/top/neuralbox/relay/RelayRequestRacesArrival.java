package top.neuralbox.relay;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader asks for more while events arrive. */
@JCStressTest
@Description("The reader asks for all there is while the first event arrives.")
@Outcome(
        id = "123, 1, 0",
        expect = Expect.ACCEPTABLE,
        desc = "The reader got everything once, in order, and then the end.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The relay stands still, or the reader got something twice or out of order.")
@State
public class RelayRequestRacesArrival {

    private final Relayed it = new Relayed(0);

    public RelayRequestRacesArrival() {
        it.read();
    }

    @Actor
    public void generation() {
        it.bring();
        it.bring();
    }

    @Actor
    public void reader() {
        it.reader.request(1);
        it.reader.request(2);
    }

    @Arbiter
    public void after(III_Result r) {
        it.bring();
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
