package top.neuralbox;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A full inbox is emptied while the transport uses the places that become free. */
@JCStressTest
@Description("All slots are full; the reader frees some while the transport brings what is asked for.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Every chunk found a free slot and was read.")
@Outcome(expect = Expect.FORBIDDEN, desc = "More was asked for than there were slots, or a chunk was written over.")
@State
public class InboxNeverOverflows {

    /** How often the transport looks whether more is asked for: until the reader has freed some slots. */
    private static final int TRIES = 100;

    private final Inbox it = new Inbox();

    public InboxNeverOverflows() {
        for (int i = 0; i < BodyInbox.WINDOW; i++) {
            it.bring();
        }
    }

    @Actor
    public void transport() {
        for (int i = 0; i < TRIES; i++) {
            it.bring();
        }
    }

    @Actor
    public void reader() {
        for (int i = 0; i < BodyInbox.WINDOW; i++) {
            it.take();
        }
    }

    @Arbiter
    public void after(II_Result r) {
        while (it.take()) {}
        r.r1 = it.sent() - it.read();
        r.r2 = it.faults();
    }
}
