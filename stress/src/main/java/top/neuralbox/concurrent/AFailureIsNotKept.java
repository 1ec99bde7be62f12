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

/** A caller comes while a question fails; another comes after it. */
@JCStressTest
@Description("A question fails while another caller asks, and a third one asks afterwards.")
@Outcome(
        id = "2, -1, 2",
        expect = Expect.ACCEPTABLE,
        desc = "The second caller shared the failure; the third one asked anew.")
@Outcome(
        id = "2, 2, 2",
        expect = Expect.ACCEPTABLE,
        desc = "The second caller asked anew, and the third one shared that.")
@Outcome(
        expect = Expect.FORBIDDEN,
        desc = "The failure was kept, a caller waits for ever, or a new question was forgotten.")
@State
public class AFailureIsNotKept {

    private final Asked it = new Asked();
    private CompletableFuture<Integer> second;

    private final CompletableFuture<Integer> question;

    public AFailureIsNotKept() {
        second = it.get();
        question = it.taken();
    }

    @Actor
    public void service() {
        question.completeExceptionally(new IllegalStateException("refused"));
    }

    @Actor
    public void second() {
        second = it.get();
    }

    @Arbiter
    public void after(III_Result r) {
        CompletableFuture<Integer> third = it.get();
        it.answer();
        r.r1 = it.questions();
        r.r2 = Asked.read(second);
        r.r3 = Asked.read(third);
    }
}
