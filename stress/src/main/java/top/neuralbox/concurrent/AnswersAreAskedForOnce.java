package top.neuralbox.concurrent;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two callers want an answer that nobody has asked for. */
@JCStressTest
@Description("Two callers ask for the same name at once.")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "The service was asked once, and both have the answer.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The service was asked twice, or a caller has no answer.")
@State
public class AnswersAreAskedForOnce {

    private final Asked it = new Asked();
    private CompletableFuture<Integer> first = new CompletableFuture<>();
    private CompletableFuture<Integer> second = new CompletableFuture<>();

    @Actor
    public void first() {
        first = it.get();
    }

    @Actor
    public void second() {
        second = it.get();
    }

    @Arbiter
    public void after(III_Result r) {
        it.answer();
        r.r1 = it.questions();
        r.r2 = Asked.read(first);
        r.r3 = Asked.read(second);
    }
}
