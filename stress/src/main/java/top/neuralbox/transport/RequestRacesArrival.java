package top.neuralbox.transport;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader asks for more while chunks arrive. */
@JCStressTest
@Description("The reader asks for two buffers, one after the other, while two chunks and the end arrive.")
@Outcome(
        id = "12, 1, 0",
        expect = Expect.ACCEPTABLE,
        desc = "The reader got each byte once, in order, and then the end.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The body stands still, or a byte came twice, out of order or never.")
@State
public class RequestRacesArrival {

    private final Arriving it = new Arriving(0);

    public RequestRacesArrival() {
        it.subscribe();
    }

    @Actor
    public void engine() {
        it.bring(1);
        it.bring(2);
        it.complete();
    }

    @Actor
    public void reader() {
        it.reader.request(1);
        it.reader.request(1);
    }

    @Arbiter
    public void after(III_Result r) {
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
