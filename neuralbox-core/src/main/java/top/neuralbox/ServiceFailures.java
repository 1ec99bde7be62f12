package top.neuralbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Maps errors of the service to exceptions and billing states (wire contract, part B). */
final class ServiceFailures {

    private ServiceFailures() {}

    /**
     * The failure for an error answer.
     *
     * @param target the method and the path of the request
     * @param bill the billing state; null if it follows from the status
     */
    static Failure refusal(
            int status, ServiceError error, @Nullable Duration retryAfter, String target, @Nullable BillingState bill) {
        String refused = sentence("the service refused the request (status " + status, error);
        // The service gives a code. An answer without one is a web page, so the path is wrong.
        String message = status == 404 && error.code() == null
                ? refused + "; the request was " + Excerpt.of(target) + "; check the base URI"
                : refused;
        return facts -> {
            CallFacts known = bill == null
                    ? facts.with(error, billing(status, error.code()), retryAfter)
                    : facts.with(bill, retryAfter);
            return switch (status) {
                case 400, 413, 422 -> new ValidationException(message, error, known);
                case 401 -> new AuthenticationException(message, error, known);
                case 402 -> new InsufficientCreditsException(message, error, known);
                case 429 -> new RateLimitException(message, error, known);
                default -> new ApiException(message, error, known);
            };
        };
    }

    /** The exception for an {@code error} event. A failed generation costs nothing, unless the event names a cost. */
    static NeuralBoxException midStream(ServiceError error, CallFacts facts) {
        return failed(
                "the service gave up the generation (error event",
                error,
                facts.with(error, BillingState.NOT_CHARGED, error.retryAfter()));
    }

    /** The exception for an error without a type in the stream. Its origin is unknown, and its cost is not documented. */
    static NeuralBoxException midStreamUndocumented(ServiceError error, CallFacts facts) {
        return failed(
                "the stream has an error without a type (error",
                error,
                facts.with(error, BillingState.UNKNOWN, error.retryAfter()));
    }

    /** The exception for an answer with the status {@code failed}. It costs nothing either, unless it reports a cost. */
    static NeuralBoxException failedAnswer(Answer answer, CallFacts facts) {
        return failed(
                "the generation failed (status failed",
                answer.error(),
                facts.with(
                        answer,
                        answer.mayHaveCost() ? BillingState.UNKNOWN : BillingState.NOT_CHARGED,
                        answer.error().retryAfter()));
    }

    /** The exception for an answer with an error but without the status {@code failed}. Its cost is not documented. */
    static NeuralBoxException undocumented(Answer answer, CallFacts facts) {
        String status = answer.status() == null ? "no status" : "status " + Excerpt.of(answer.status());
        return failed(
                "the service answered with an error (" + status,
                answer.error(),
                facts.with(answer, BillingState.UNKNOWN, answer.error().retryAfter()));
    }

    private static NeuralBoxException failed(String beginning, ServiceError error, CallFacts facts) {
        return new GenerationFailedException(facts.pointing(sentence(beginning, error)), error, facts);
    }

    private static BillingState billing(int status, @Nullable String code) {
        return switch (status) {
            case 400, 401, 402, 403, 404, 413, 422 -> BillingState.NOT_CHARGED;
            default -> RetryDecision.allows(status, code) ? BillingState.NOT_CHARGED : BillingState.UNKNOWN;
        };
    }

    private static String sentence(String beginning, ServiceError error) {
        String said = error.message() == null || error.message().isBlank() ? null : error.message();
        String code = error.code() == null || error.code().equals(said) ? "" : ", " + Excerpt.of(error.code());
        return beginning + code + ")" + (said == null ? "" : ": " + Excerpt.of(said));
    }
}
