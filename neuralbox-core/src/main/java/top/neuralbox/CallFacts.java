package top.neuralbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What every exception carries of the call it ends.
 *
 * @param phase how far the last attempt came
 * @param attempts how many attempts were started
 * @param waited how long it waited between them
 * @param status the status code of the last response, or null
 * @param requestId the service's {@code X-Request-Id}, or null
 * @param retryAfter how long the service asked to wait, or null
 * @param billingState what is known of the charge
 * @param rateLimits what the last response said of the account's limits
 * @param partial what was known of the generation
 */
record CallFacts(
        NeuralBoxException.Phase phase,
        int attempts,
        Duration waited,
        @Nullable Integer status,
        @Nullable String requestId,
        @Nullable Duration retryAfter,
        BillingState billingState,
        RateLimits rateLimits,
        PartialGeneration partial) {

    static final CallFacts NONE = new CallFacts(
            NeuralBoxException.Phase.NOT_SENT,
            0,
            Duration.ZERO,
            null,
            null,
            null,
            BillingState.UNKNOWN,
            RateLimits.unknown(),
            PartialGeneration.NOTHING);

    /** The same facts about a call of which more is known. */
    CallFacts with(BillingState billingState, @Nullable Duration retryAfter) {
        return new CallFacts(phase, attempts, waited, status, requestId, retryAfter, billingState, rateLimits, partial);
    }

    /** The same facts about a call whose answer came in one piece. */
    CallFacts with(Answer answer) {
        boolean billed = answer.bill().creditsUsed() != null;
        return with(answer, billed ? BillingState.CHARGED : BillingState.UNKNOWN, retryAfter);
    }

    /** The same facts about a call whose answer came in one piece, and of which more is known. */
    CallFacts with(Answer answer, BillingState billingState, @Nullable Duration retryAfter) {
        String id = answer.id() == null ? partial.id() : answer.id();
        String model = answer.model() == null ? partial.model() : answer.model();
        return new CallFacts(
                phase,
                attempts,
                waited,
                status,
                requestId,
                retryAfter,
                billingState,
                rateLimits,
                new PartialGeneration(id, model, "", false, answer.bill()));
    }

    /** A message that says where to look, if a generation that has a name may have been charged. */
    String pointing(String message) {
        String id = partial.id();
        return id == null || billingState != BillingState.UNKNOWN
                ? message
                : message + "; it may have been charged: look at GET /api/v2/generate/" + Excerpt.of(id)
                        + " and at the balance before sending it again";
    }
}
