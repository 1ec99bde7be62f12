package top.neuralbox.transport.httpclient;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The engine shows its channel while a reader takes bytes. */
@JCStressTest
@Description("The engine shows its channel after one chunk was taken, while the reader takes another.")
@Outcome(
        id = "12, 2, 0",
        expect = Expect.ACCEPTABLE,
        desc = "The engine may read as many bytes again as the reader took.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "The window stays closed, and the stream stands still in the end; or it was opened twice.")
@State
public class WindowIsOpenedOnce {

    private final WindowedBody it = new WindowedBody();

    public WindowIsOpenedOnce() {
        it.bring(1);
        it.reader.request(1);
        it.bring(2);
    }

    @Actor
    public void engine() {
        it.channel();
    }

    @Actor
    public void reader() {
        it.reader.request(1);
    }

    @Arbiter
    public void after(III_Result r) {
        it.channel();
        r.r1 = it.reader.content();
        r.r2 = it.opened();
        r.r3 = it.reader.faults();
    }
}
