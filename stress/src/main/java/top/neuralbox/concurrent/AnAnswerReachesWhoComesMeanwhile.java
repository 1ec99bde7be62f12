package top.neuralbox.concurrent;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A caller comes while the answer arrives. */
@JCStressTest
@Description("The service answers while another caller asks.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The late caller shares the answer.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The late caller waits for ever, or the service was asked again.")
@State
public class AnAnswerReachesWhoComesMeanwhile {

    private final Asked it = new Asked();
    private CompletableFuture<Integer> late;

    public AnAnswerReachesWhoComesMeanwhile() {
        late = it.get();
    }

    @Actor
    public void service() {
        it.answer();
    }

    @Actor
    public void late() {
        late = it.get();
    }

    @Arbiter
    public void after(II_Result r) {
        r.r1 = it.questions();
        r.r2 = Asked.read(late);
    }
}
