package top.neuralbox;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a generation, for a {@link GenerationListener}. Immutable.
 *
 * @since 0.1.0
 */
public final class GenerationOutcome {

    /** The four possible ends of a generation. */
    public enum Kind {
        /** {@code generation_end} arrived; or, for {@code submit}, an answer, even a pending one. */
        COMPLETED,
        /** The service, the network or a time-out ended it, or the admission or the budget refused it. */
        FAILED,
        /** The client cancelled it. */
        CANCELLED,
        /** The stream ended without an error before the generation was complete. */
        TRUNCATED
    }

    private final @Nullable NeuralBoxException error;
    private final BillingState billingState;
    private final @Nullable Billing billing;
    private final int attempts;
    private final @Nullable String id;
    private final ResponseHeaders responseHeaders;
    private final Map<String, String> attributes;
    private final int listenerErrors;

    private GenerationOutcome(
            @Nullable NeuralBoxException error,
            BillingState billingState,
            @Nullable Billing billing,
            int attempts,
            @Nullable String id,
            ResponseHeaders responseHeaders,
            Map<String, String> attributes,
            int listenerErrors) {
        this.error = error;
        this.billingState = billingState;
        this.billing = billing;
        this.attempts = attempts;
        this.id = id;
        this.responseHeaders = responseHeaders;
        this.attributes = attributes;
        this.listenerErrors = listenerErrors;
    }

    /**
     * Creates an outcome without attributes. A bill that cannot be true becomes unknown here, so that no listener or budget
     * adds it up.
     */
    static GenerationOutcome of(
            @Nullable NeuralBoxException error,
            BillingState billingState,
            @Nullable Billing billing,
            int attempts,
            @Nullable String id,
            ResponseHeaders responseHeaders) {
        if (billing == null || billing.isCredible()) {
            return new GenerationOutcome(error, billingState, billing, attempts, id, responseHeaders, Map.of(), 0);
        }
        Log.incredibleBill();
        Billing withoutCost = Billing.of(null, billing.balanceRemaining());
        return new GenerationOutcome(
                error, BillingState.UNKNOWN, withoutCost, attempts, id, responseHeaders, Map.of(), 0);
    }

    /** Whether it says that the generation was charged or was not, or what it cost, or both. */
    boolean tellsTheBill() {
        return billingState != BillingState.UNKNOWN || tellsTheCost();
    }

    boolean tellsTheCost() {
        return billing != null && billing.creditsUsed() != null;
    }

    /** This outcome, without its cost. */
    GenerationOutcome withoutCost() {
        Billing left = billing == null ? null : Billing.of(null, billing.balanceRemaining());
        return new GenerationOutcome(
                error, billingState, left, attempts, id, responseHeaders, attributes, listenerErrors);
    }

    /** This outcome, with the attributes of the request. */
    GenerationOutcome with(Map<String, String> attributes) {
        return new GenerationOutcome(
                error, billingState, billing, attempts, id, responseHeaders, attributes, listenerErrors);
    }

    /** This outcome, with the number of errors of listeners so far. */
    GenerationOutcome withListenerErrors(int errors) {
        return new GenerationOutcome(error, billingState, billing, attempts, id, responseHeaders, attributes, errors);
    }

    /** The kind of end. */
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

    /** The exception that ended it; null if it completed. */
    public @Nullable NeuralBoxException error() {
        return error;
    }

    /** Whether the generation was charged. */
    public BillingState billingState() {
        return billingState;
    }

    /** The cost; null if no figures arrived. */
    public @Nullable Billing billing() {
        return billing;
    }

    /** How many attempts were started. */
    public int attempts() {
        return attempts;
    }

    /** The generation's id; null if none arrived. */
    public @Nullable String id() {
        return id;
    }

    /** The request's attributes ({@link GenerationRequest.Builder#attribute}). Unmodifiable; empty if it has none. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The header fields of the last attempt's response; none if that attempt had no response. */
    public ResponseHeaders responseHeaders() {
        return responseHeaders;
    }

    /** The account's rate limits, as the last attempt's response reported them; no figure is known if none was reported. */
    public RateLimits rateLimits() {
        return RateLimits.of(responseHeaders);
    }

    /** How often a listener or the subscriber of this generation threw before this listener was notified of the end. */
    public int listenerErrors() {
        return listenerErrors;
    }

    @Override
    public String toString() {
        return "GenerationOutcome[" + kind() + ", billingState=" + billingState + ", attempts=" + attempts + "]";
    }
}
