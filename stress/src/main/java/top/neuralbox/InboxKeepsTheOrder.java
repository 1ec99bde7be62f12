package top.neuralbox;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A transport brings chunks while a reader takes them. */
@JCStressTest
@Description("The transport brings three chunks; the reader takes what it finds, and the rest afterwards.")
@Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "Every chunk came once, in order, with its time of arrival.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A chunk is missing, out of order, or has the time of another.")
@State
public class InboxKeepsTheOrder {

    private final Inbox it = new Inbox();

    @Actor
    public void transport() {
        it.bring();
        it.bring();
        it.bring();
    }

    @Actor
    public void reader() {
        it.take();
        it.take();
        it.take();
    }

    @Arbiter
    public void after(II_Result r) {
        while (it.take()) {}
        r.r1 = it.read();
        r.r2 = it.faults();
    }
}
