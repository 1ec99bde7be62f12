package top.neuralbox.relay;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The head and the body of a relay are asked for at once. */
@JCStressTest
@Description(
        "One thread asks for the head, another subscribes to the body; each subscription to the events is a paid call.")
@Outcome(id = "1, 123, 1", expect = Expect.ACCEPTABLE, desc = "There was one call, and the reader got all of it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "There were two paid calls, or none, or the reader did not get it all.")
@State
public class RelayIsPaidForOnce {

    private final Relayed it = new Relayed(Long.MAX_VALUE);

    @Actor
    public void head() {
        it.pipe.start();
    }

    @Actor
    public void body() {
        it.read();
    }

    @Arbiter
    public void after(III_Result r) {
        it.bring();
        r.r1 = it.subscriptions();
        r.r2 = it.reader.content();
        r.r3 = it.reader.end();
    }
}
