package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * How a generation ended, for a {@link GenerationListener}. Immutable.
 *
 * @since 0.1.0
 */
public final class GenerationOutcome {

    /** The four ways in which a generation can end. */
    public enum Kind {
        /** {@code generation_end} arrived. */
        COMPLETED,
        /** The service, the network or a time-out ended it. */
        FAILED,
        /** This side gave it up. */
        CANCELLED,
        /** The stream ended, in good order, before the generation did. */
        TRUNCATED
    }

    private final @Nullable NeuralBoxException error;
    private final BillingState billingState;
    private final @Nullable Billing billing;
    private final int attempts;
    private final int listenerErrors;

    GenerationOutcome(
            @Nullable NeuralBoxException error,
            BillingState billingState,
            @Nullable Billing billing,
            int attempts,
            int listenerErrors) {
        this.error = error;
        this.billingState = billingState;
        this.billing = billing;
        this.attempts = attempts;
        this.listenerErrors = listenerErrors;
    }

    /** How a generation ended. A bill that cannot be true counts as unknown, whoever adds it up. */
    static GenerationOutcome of(
            @Nullable NeuralBoxException error, BillingState billingState, @Nullable Billing billing, int attempts) {
        if (billing == null || billing.isCredible()) {
            return new GenerationOutcome(error, billingState, billing, attempts, 0);
        }
        Log.incredibleBill();
        Billing withoutCost = Billing.of(null, billing.balanceRemaining());
        return new GenerationOutcome(error, BillingState.UNKNOWN, withoutCost, attempts, 0);
    }

    /** Which of the four ways it was. */
    public Kind kind() {
        if (error == null) {
            return Kind.COMPLETED;
        }
        if (error instanceof GenerationCancelledException) {
            return Kind.CANCELLED;
        }
        boolean truncated =
                error instanceof StreamBrokenException broken && broken.kind() == StreamBrokenException.Kind.TRUNCATED;
        return truncated ? Kind.TRUNCATED : Kind.FAILED;
    }

    /** What ended it; null if it completed. */
    public @Nullable NeuralBoxException error() {
        return error;
    }

    /** What is known of the charge. */
    public BillingState billingState() {
        return billingState;
    }

    /** What it cost; null if no figures arrived. */
    public @Nullable Billing billing() {
        return billing;
    }

    /** How many attempts were started. */
    public int attempts() {
        return attempts;
    }

    /** How often a listener or the subscriber of this generation threw, as far as it was before this listener was told. */
    public int listenerErrors() {
        return listenerErrors;
    }

    @Override
    public String toString() {
        return "GenerationOutcome[" + kind() + ", billingState=" + billingState + ", attempts=" + attempts + "]";
    }
}
