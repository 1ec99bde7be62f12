package top.neuralbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a stranger is told of a failure: whose it is and what to do, in fixed words. Nothing that an exception says goes
 * into it, for a service or a gateway may quote the key, the prompt or a host.
 *
 * @param status the status, if it can still be chosen. Never the service's own 401, 402 or 403: those are between it
 *     and the application, and a browser would take them for its own
 * @param code a word for programs; the service's own (wire contract, part B) where there is one that fits
 * @param message a sentence for people
 * @param retryAfter how long to wait before trying again; null if nobody knows
 */
record RelayFailure(
        int status, String code, String message, @Nullable Duration retryAfter) {

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int INTERNAL_SERVER_ERROR = 500;
    private static final int BAD_GATEWAY = 502;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private static final RelayFailure UNAVAILABLE = new RelayFailure(
            SERVICE_UNAVAILABLE, "unavailable", "The text service is not available at the moment.", null);

    static RelayFailure of(Throwable error) {
        if (error instanceof RateLimitException limit) {
            return new RelayFailure(
                    TOO_MANY_REQUESTS,
                    "rate_limit_exceeded",
                    "Too many requests at the moment. Please wait a little and try again.",
                    limit.retryAfter());
        }
        if (error instanceof ApiException refusal) {
            return refused(refusal);
        }
        if (error instanceof BudgetExceededException exceeded && exceeded.retryAfter() != null) {
            // Which budget it is and how large stays the application's own.
            return new RelayFailure(
                    TOO_MANY_REQUESTS,
                    "rate_limit_exceeded",
                    "Too many requests at the moment. Please wait a little and try again.",
                    exceeded.retryAfter());
        }
        if (error instanceof BudgetExceededException || error instanceof BudgetUnavailableException) {
            return UNAVAILABLE;
        }
        if (error instanceof GenerationTimeoutException) {
            return new RelayFailure(GATEWAY_TIMEOUT, "timeout", "The answer took too long. Please try again.", null);
        }
        if (error instanceof ConnectionException connection) {
            return connection.reason() == ConnectionException.Reason.POOL
                    ? new RelayFailure(
                            SERVICE_UNAVAILABLE,
                            "overloaded",
                            "Too many answers are under way. Please try again.",
                            null)
                    : new RelayFailure(
                            BAD_GATEWAY, "unreachable", "The text service cannot be reached. Please try again.", null);
        }
        if (error instanceof GenerationFailedException) {
            return new RelayFailure(
                    BAD_GATEWAY, "generation_failed", "The answer could not be completed. Please try again.", null);
        }
        if (error instanceof StreamBrokenException) {
            return new RelayFailure(BAD_GATEWAY, "stream_broken", "The answer broke off. Please try again.", null);
        }
        if (error instanceof NotAStreamException) {
            return new RelayFailure(BAD_GATEWAY, "not_a_stream", "This model does not answer with text.", null);
        }
        if (error instanceof UnexpectedResponseException) {
            return new RelayFailure(
                    BAD_GATEWAY, "unexpected_response", "The text service did not answer as it should.", null);
        }
        if (error instanceof GenerationCancelledException) {
            return new RelayFailure(SERVICE_UNAVAILABLE, "cancelled", "The answer was stopped.", null);
        }
        return new RelayFailure(INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on the server.", null);
    }

    private static RelayFailure refused(ApiException refusal) {
        if (refusal instanceof AuthenticationException || refusal instanceof InsufficientCreditsException) {
            // The application's own affair with the service.
            return UNAVAILABLE;
        }
        if (refusal instanceof ValidationException) {
            return new RelayFailure(
                    BAD_GATEWAY, "validation_error", "The text service does not accept this request.", null);
        }
        Integer status = refusal.status();
        if (status != null && status == SERVICE_UNAVAILABLE) {
            return new RelayFailure(
                    SERVICE_UNAVAILABLE,
                    "model_unavailable",
                    "The model is not available at the moment. Please try again later.",
                    refusal.retryAfter());
        }
        return new RelayFailure(
                BAD_GATEWAY, "provider_error", "The text service could not answer. Please try again.", null);
    }

    /** {@link #retryAfter} as the header field has it (RFC 9110, section 10.2.3): whole seconds, rounded up. */
    @Nullable
    Long retryAfterSeconds() {
        return retryAfter == null ? null : retryAfter.plusNanos(999_999_999).toSeconds();
    }
}
