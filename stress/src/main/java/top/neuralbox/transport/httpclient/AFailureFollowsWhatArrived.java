package top.neuralbox.transport.httpclient;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A body fails on a reader's thread, where credit could not be given back, while a chunk arrives. */
@JCStressTest
@Description("One chunk waits and another arrives while a reader's thread finds that the connection is broken.")
@Outcome(
        id = {"1, 2, 0", "12, 2, 0"},
        expect = Expect.ACCEPTABLE,
        desc = "The failure came after the chunk that waited.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The chunk that waited is lost, or no failure came.")
@State
public class AFailureFollowsWhatArrived {

    private final Arriving it = new Arriving(0);

    public AFailureFollowsWhatArrived() {
        it.subscribe();
        it.bring(1);
    }

    @Actor
    public void engine() {
        it.bring(2);
    }

    @Actor
    public void reader() {
        it.fail();
    }

    @Arbiter
    public void after(III_Result r) {
        it.reader.request(Long.MAX_VALUE);
        r.r1 = it.reader.content();
        r.r2 = it.reader.end();
        r.r3 = it.reader.faults();
    }
}
