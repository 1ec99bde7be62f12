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

/** Two callers want an answer that has just expired. */
@JCStressTest
@Description("Two callers ask for the same name after its answer has expired.")
@Outcome(
        id = "2, 2, 2",
        expect = Expect.ACCEPTABLE,
        desc = "The service was asked once more, and both have the new answer.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The service was asked twice more, or a caller has the old answer or none.")
@State
public class AnExpiredAnswerIsAskedForOnce {

    private final Asked it = new Asked();
    private CompletableFuture<Integer> first;
    private CompletableFuture<Integer> second;

    public AnExpiredAnswerIsAskedForOnce() {
        first = it.get();
        second = first;
        it.answer();
        it.expire();
    }

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
