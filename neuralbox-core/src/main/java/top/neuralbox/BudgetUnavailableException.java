package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Whether a budget allows a generation could not be told: its price is not known, or its store is lost. Nothing was sent.
 *
 * @since 0.1.0
 */
public final class BudgetUnavailableException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** The refusal of a {@link CreditGuard} that cannot tell. */
    public BudgetUnavailableException(String message, @Nullable Throwable cause) {
        super(message + "; nothing was sent", cause, CallFacts.NONE.with(BillingState.NOT_CHARGED, null));
    }
}
