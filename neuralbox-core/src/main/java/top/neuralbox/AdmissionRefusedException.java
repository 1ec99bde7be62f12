package top.neuralbox;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The client did not admit the call, and sent nothing for it. A generation that was refused was not charged. If a poll was
 * refused, that says nothing about the generation whose result it was to fetch: the charge of that generation stays unknown.
 *
 * @since 0.1.0
 */
public final class AdmissionRefusedException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The cause of the refusal. */
    public enum Reason {
        /** {@link NeuralBox#drain} was called: the client finishes its calls and takes no new ones. */
        DRAINING("the client is draining and takes no new calls"),
        /** All slots of the {@link Admission} are occupied, and its queue is full. */
        QUEUE_FULL("all slots of the client are occupied, and its queue is full"),
        /** No slot became free within {@link Admission#maxWait}. */
        WAITED_TOO_LONG("no slot of the client became free in time");

        final String what;

        Reason(String what) {
            this.what = what;
        }
    }

    private final Reason reason;

    /**
     * A refusal.
     *
     * @param retryAfter the time after which a slot may be free; null if this client will never have a free slot
     */
    AdmissionRefusedException(Reason reason, @Nullable Duration retryAfter, CallFacts facts) {
        super(facts.pointing(reason.what + "; nothing was sent"), null, facts.with(facts.billingState(), retryAfter));
        this.reason = reason;
    }

    /** The cause of the refusal. */
    public Reason reason() {
        return reason;
    }
}
