package top.neuralbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which exception, and which statement of the bill, an error of the service becomes (wire contract, part B). */
final class ServiceFailures {

    private ServiceFailures() {}

    /** The failure for an error answer. */
    static Failure refusal(int status, ServiceError error, @Nullable Duration retryAfter) {
        String refused = sentence("the service refused the request (status " + status, error);
        // The service itself gives a code: a page says that there is no such path.
        String message = status == 404 && error.code() == null ? refused + "; check the base URI" : refused;
        return facts -> {
            CallFacts known = facts.with(billing(status, error.code()), retryAfter);
            return switch (status) {
                case 400, 413, 422 -> new ValidationException(message, error, known);
                case 401 -> new AuthenticationException(message, error, known);
                case 402 -> new InsufficientCreditsException(message, error, known);
                case 429 -> new RateLimitException(message, error, known);
                default -> new ApiException(message, error, known);
            };
        };
    }

    /** The exception for an {@code error} event: a failed generation costs nothing. */
    static NeuralBoxException midStream(ServiceError error, CallFacts facts) {
        return new GenerationFailedException(
                sentence("the service gave the generation up (error event", error),
                error,
                facts.with(BillingState.NOT_CHARGED, error.retryAfter()));
    }

    /** The exception for an answer that says {@code failed}: it costs nothing either. */
    static NeuralBoxException failedAnswer(ServiceError error, CallFacts facts) {
        return new GenerationFailedException(
                sentence("the generation failed (status failed", error),
                error,
                facts.with(BillingState.NOT_CHARGED, error.retryAfter()));
    }

    /** Whether the service documents that this answer was not charged, so that the request may be sent again. */
    static boolean mayResend(int status, @Nullable String code) {
        return switch (status) {
            case 429 -> true;
            case 500 -> "provider_error".equals(code);
            case 503 -> "model_unavailable".equals(code);
            default -> false;
        };
    }

    private static BillingState billing(int status, @Nullable String code) {
        return switch (status) {
            case 400, 401, 402, 403, 404, 413, 422 -> BillingState.NOT_CHARGED;
            default -> mayResend(status, code) ? BillingState.NOT_CHARGED : BillingState.UNKNOWN;
        };
    }

    private static String sentence(String beginning, ServiceError error) {
        String code = error.code() == null ? "" : ", " + Excerpt.of(error.code());
        String message = error.message() == null || error.message().isBlank() ? "" : ": " + Excerpt.of(error.message());
        return beginning + code + ")" + message;
    }
}
