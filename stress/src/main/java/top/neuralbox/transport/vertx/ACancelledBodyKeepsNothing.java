package top.neuralbox.transport.vertx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader cancels while much arrives that it did not ask for. */
@JCStressTest
@Description("So much arrives that the engine pauses, while the reader cancels.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing is kept, and the engine reads on to the end.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Bytes are kept that nobody will take, or the engine stays paused.")
@State
public class ACancelledBodyKeepsNothing {

    private final Arriving it = new Arriving(0);

    public ACancelledBodyKeepsNothing() {
        it.subscribe();
    }

    @Actor
    public void engine() {
        it.bringMuch();
    }

    @Actor
    public void reader() {
        it.reader.cancel();
    }

    @Arbiter
    public void after(II_Result r) {
        it.runEventLoop();
        r.r1 = it.hasRoom() ? 0 : 1;
        r.r2 = it.isPaused() ? 1 : 0;
    }
}
