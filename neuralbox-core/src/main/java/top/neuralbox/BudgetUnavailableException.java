package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A budget could not decide on a generation or on a request: the price is not known, or the store is unavailable. The request
 * was not sent. Earlier attempts may have been sent, but were not charged.
 *
 * @since 0.1.0
 */
public final class BudgetUnavailableException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** A refusal by a {@link CreditGuard} that cannot decide. */
    public BudgetUnavailableException(String message, @Nullable Throwable cause) {
        this(message + "; the request was not sent", cause, CallFacts.NONE.with(BillingState.NOT_CHARGED, null));
    }

    private BudgetUnavailableException(String message, @Nullable Throwable cause, CallFacts facts) {
        super(message, cause, facts);
    }

    /** The same refusal, in the course of a call. The billing state is the call's. */
    BudgetUnavailableException in(CallFacts facts) {
        return new BudgetUnavailableException(
                String.valueOf(getMessage()), getCause(), facts.with(facts.billingState(), null));
    }
}
