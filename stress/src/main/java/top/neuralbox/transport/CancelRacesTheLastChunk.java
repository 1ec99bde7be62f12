package top.neuralbox.transport;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader cancels while the end of the body arrives. */
@JCStressTest
@Description("The last chunks and the end arrive while the reader cancels.")
@Outcome(id = "12, 1, 0", expect = Expect.ACCEPTABLE, desc = "The whole body was faster.")
@Outcome(
        id = {"0, 0, 0", "1, 0, 0", "12, 0, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "The reader got a beginning, and nothing after it.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "The reader was told that a body is whole which is not, or two signals came at once.")
@State
public class CancelRacesTheLastChunk {

    private final Arriving it = new Arriving(Long.MAX_VALUE);

    public CancelRacesTheLastChunk() {
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
        it.reader.cancel();
    }

    @Arbiter
    public void after(III_Result r) {
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
