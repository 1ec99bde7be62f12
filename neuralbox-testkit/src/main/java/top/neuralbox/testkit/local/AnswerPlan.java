package top.neuralbox.testkit.local;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.Gate;

/** A plan of how the local service answers one request. Without a {@link Fault} it follows the wire contract. */
final class AnswerPlan {

    static final int NEVER = -1;

    /** The ways to stop an answer at a byte position. */
    enum Stop {
        CLOSE,
        RESET,
        WAIT
    }

    /** An answer in place of the service's own. Immutable. */
    static final class Canned {

        final int status;
        final Map<String, String> headers;
        final byte[] body;

        Canned(int status, Map<String, String> headers, byte[] body) {
            this.status = status;
            this.headers = new LinkedHashMap<>(headers);
            this.body = body.clone();
        }
    }

    @Nullable
    Canned canned;

    @Nullable
    Stop beforeHead;

    Gate headGate = new Gate();

    /** The length of the body at which the answer stops. */
    long stopAt = Long.MAX_VALUE;

    Stop stop = Stop.CLOSE;
    Gate bodyGate = new Gate();
    int splitEvery = Integer.MAX_VALUE;

    int failAfterDeltas = NEVER;
    String failure = "";
    boolean withoutEnd;
    boolean withoutDone;
    boolean heldOpen;
    boolean endless;

    @Nullable
    String comment;

    static AnswerPlan of(List<Fault> faults) {
        AnswerPlan plan = new AnswerPlan();
        faults.forEach(fault -> fault.applyTo(plan));
        return plan;
    }
}
