package top.neuralbox.relay;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.ApiException;
import top.neuralbox.AuthenticationException;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.InsufficientCreditsException;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NotAStreamException;
import top.neuralbox.RateLimitException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.ValidationException;

/**
 * The description of a failure that strangers may see: its origin and what to do, in fixed words. It contains no text of an
 * exception, because a service or a gateway may quote the key, the prompt or a host.
 *
 * @param status the status, if the head is not sent yet. Never the service's own 401, 402 or 403: they concern only the
 *     application, and a browser would apply them to itself
 * @param code a word for programs; one of the service's own codes (wire contract, part B) if one fits
 * @param message a sentence for people
 * @param retryAfter how long to wait before trying again; null if unknown
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

    private static final RelayFailure PROVIDER_ERROR = new RelayFailure(
            BAD_GATEWAY, "provider_error", "The text service could not answer. Please try again.", null);

    /** Codes that a page takes as a promise that nothing was charged. */
    private static final Set<String> UNCHARGED =
            Set.of("overloaded", "rate_limit_exceeded", "unavailable", "validation_error");

    static RelayFailure of(Throwable error) {
        RelayFailure failure = described(error);
        // An error that names a cost, or that ends a stream, may have been charged.
        return error instanceof NeuralBoxException charged
                        && charged.billingState() != BillingState.NOT_CHARGED
                        && UNCHARGED.contains(failure.code)
                ? new RelayFailure(failure.status, PROVIDER_ERROR.code, failure.message, failure.retryAfter)
                : failure;
    }

    private static RelayFailure described(Throwable error) {
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
            // The reader must not learn the budget's name or size.
            return new RelayFailure(
                    TOO_MANY_REQUESTS,
                    "rate_limit_exceeded",
                    "Too many requests at the moment. Please wait a little and try again.",
                    exceeded.retryAfter());
        }
        if (error instanceof BudgetExceededException || error instanceof BudgetUnavailableException) {
            return UNAVAILABLE;
        }
        if (error instanceof AdmissionRefusedException refusal) {
            return new RelayFailure(
                    SERVICE_UNAVAILABLE,
                    "overloaded",
                    "Too many answers are under way. Please try again.",
                    refusal.retryAfter());
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
            // This concerns only the application.
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
        return PROVIDER_ERROR;
    }

    /** {@link #retryAfter} as a value of the header field (RFC 9110, section 10.2.3): whole seconds, rounded up. */
    @Nullable
    Long retryAfterSeconds() {
        if (retryAfter == null) {
            return null;
        }
        long seconds = retryAfter.getSeconds();
        return retryAfter.getNano() > 0 && seconds < Long.MAX_VALUE ? seconds + 1 : seconds;
    }
}
