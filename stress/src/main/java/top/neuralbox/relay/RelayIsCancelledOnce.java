package top.neuralbox.relay;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A reader leaves while the application cancels the relay. */
@JCStressTest
@Description("The reader cancels its subscription while the application cancels the relay.")
@Outcome(
        id = {"1, 0, 0, 0", "1, 2, 0, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "The generation was cancelled once, the reader told once or not at all, and no timer is left.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "The generation was not cancelled, or twice, the reader was told twice, or a timer is left.")
@State
public class RelayIsCancelledOnce {

    private final Relayed it = new Relayed(1);

    public RelayIsCancelledOnce() {
        it.read();
        it.bring();
    }

    @Actor
    public void reader() {
        it.reader.cancel();
    }

    @Actor
    public void application() {
        it.cancelRelay();
    }

    @Arbiter
    public void after(IIII_Result r) {
        r.r1 = it.cancels();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
        r.r4 = it.time.armed();
    }
}
