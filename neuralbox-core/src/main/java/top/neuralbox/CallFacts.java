package top.neuralbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a call that every exception carries.
 *
 * @param phase how far the last attempt came
 * @param attempts how many attempts were started
 * @param queued how long the call waited for its admission
 * @param waited how long the call waited between attempts
 * @param status the status code of the last response, or null
 * @param requestId the service's {@code X-Request-Id}, or null
 * @param retryAfter how long the service asked to wait, or null
 * @param billingState whether the generation was charged
 * @param rateLimits the account's rate limits, as the last response reported them
 * @param headers the header fields of the last response
 * @param partial the part of the generation that had arrived
 */
record CallFacts(
        NeuralBoxException.Phase phase,
        int attempts,
        Duration queued,
        Duration waited,
        @Nullable Integer status,
        @Nullable String requestId,
        @Nullable Duration retryAfter,
        BillingState billingState,
        RateLimits rateLimits,
        ResponseHeaders headers,
        PartialGeneration partial) {

    static final CallFacts NONE = new CallFacts(
            NeuralBoxException.Phase.NOT_SENT,
            0,
            Duration.ZERO,
            Duration.ZERO,
            null,
            null,
            null,
            BillingState.UNKNOWN,
            RateLimits.unknown(),
            ResponseHeaders.NONE,
            PartialGeneration.NOTHING);

    /** These facts, with another billing state and retry-after. */
    CallFacts with(BillingState billingState, @Nullable Duration retryAfter) {
        return changed(phase, queued, retryAfter, billingState, partial);
    }

    /**
     * These facts, with the wait for the admission.
     *
     * @param admitted whether the call was admitted after it
     */
    CallFacts queued(Duration wait, boolean admitted) {
        return changed(admitted ? phase : NeuralBoxException.Phase.QUEUED, wait, retryAfter, billingState, partial);
    }

    /** These facts, about a generation. */
    CallFacts with(PartialGeneration about) {
        return changed(phase, queued, retryAfter, billingState, about);
    }

    /** These facts, with the id, model and bill of an answer that came in one piece. A complete result was charged. */
    CallFacts with(Answer answer) {
        boolean charged = answer.bill().creditsUsed() != null || (answer.hasResult() && !answer.pending());
        return with(answer, charged ? BillingState.CHARGED : BillingState.UNKNOWN, retryAfter);
    }

    /** These facts, with the answer's id, model and bill, and another billing state and retry-after. */
    CallFacts with(Answer answer, BillingState billingState, @Nullable Duration retryAfter) {
        String id = answer.id() == null ? partial.id() : answer.id();
        String model = answer.model() == null ? partial.model() : answer.model();
        PartialGeneration about = new PartialGeneration(id, model, "", false, answer.bill());
        return changed(phase, queued, retryAfter, billingState, about);
    }

    /** These facts, with the billing state that is documented for this error, and with what the error says of it. */
    CallFacts with(ServiceError error, BillingState documented, @Nullable Duration retryAfter) {
        PartialGeneration about = error.mayHaveCost() ? partial.billed(error.billing()) : partial;
        return changed(phase, queued, retryAfter, error.billing(documented), about);
    }

    private CallFacts changed(
            NeuralBoxException.Phase phase,
            Duration queued,
            @Nullable Duration retryAfter,
            BillingState billingState,
            PartialGeneration partial) {
        return new CallFacts(
                phase,
                attempts,
                queued,
                waited,
                status,
                requestId,
                retryAfter,
                billingState,
                rateLimits,
                headers,
                partial);
    }

    /** The message, with a hint where to look if the generation has an id and may have been charged. */
    String pointing(String message) {
        String id = partial.id();
        return id == null || billingState != BillingState.UNKNOWN
                ? message
                : message + "; the generation may have been charged: look it up with NeuralBox.generation(\""
                        + Excerpt.of(id) + "\") before you send the request again";
    }
}
