package top.neuralbox.transport;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader comes while the body arrives. */
@JCStressTest
@Description("A reader subscribes, and asks for everything, while the body arrives.")
@Outcome(
        id = "12, 1, 0",
        expect = Expect.ACCEPTABLE,
        desc = "The reader got each byte once, in order, and then the end.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "A byte or the end is missing, or a signal came before onSubscribe had returned.")
@State
public class SubscriberRacesArrival {

    private final Arriving it = new Arriving(Long.MAX_VALUE);

    @Actor
    public void engine() {
        it.bring(1);
        it.bring(2);
        it.complete();
    }

    @Actor
    public void reader() {
        it.subscribe();
    }

    @Arbiter
    public void after(III_Result r) {
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
