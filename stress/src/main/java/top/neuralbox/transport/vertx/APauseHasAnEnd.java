package top.neuralbox.transport.vertx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The engine pauses for a full body while the reader empties it. */
@JCStressTest
@Description("So much arrives that the engine pauses, while the reader asks for it.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The reader took it, and the engine reads on.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The engine stays paused for ever, though there is room.")
@State
public class APauseHasAnEnd {

    private final Arriving it = new Arriving(0);

    public APauseHasAnEnd() {
        it.subscribe();
    }

    @Actor
    public void engine() {
        it.bringMuch();
    }

    @Actor
    public void reader() {
        it.reader.request(1);
    }

    @Arbiter
    public void after(II_Result r) {
        it.runEventLoop();
        r.r1 = it.reader.content();
        r.r2 = it.isPaused() ? 1 : 0;
    }
}
