package top.neuralbox;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A reader looks for the end, then for a chunk, while both come. */
@JCStressTest
@Description("The last chunk and the failure of the body arrive while the reader looks whether the body has ended.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The reader was there before the chunk.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The reader took the chunk, and looks again for the end.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The reader took the chunk and saw the end with its reason.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The reader saw the end and not the chunk before it, or no reason.")
@State
public class InboxShowsEveryChunkBeforeTheEnd {

    private final Inbox it = new Inbox();

    @Actor
    public void transport() {
        it.bring();
        it.inbox.onError(new IllegalStateException("broken off"));
    }

    @Actor
    public void reader(II_Result r) {
        boolean ended = it.inbox.ended();
        r.r1 = it.take() ? 1 : 0;
        r.r2 = ended ? it.inbox.error() == null ? 2 : 1 : 0;
    }
}
