package top.neuralbox.relay;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A relay is cancelled while it starts. */
@JCStressTest
@Description("The application asks for the head, and another thread cancels the relay at once.")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "The generation was never asked for.")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "The generation was asked for, and cancelled.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A paid generation runs on with nobody behind it, or a timer is left.")
@State
public class RelayCancelRacesTheStart {

    private final Relayed it = new Relayed(0);

    @Actor
    public void start() {
        it.pipe.start();
    }

    @Actor
    public void cancel() {
        it.cancelRelay();
    }

    @Arbiter
    public void after(III_Result r) {
        r.r1 = it.subscriptions();
        r.r2 = it.cancels();
        r.r3 = it.time.armed();
    }
}
