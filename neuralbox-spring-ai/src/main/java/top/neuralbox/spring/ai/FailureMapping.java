package top.neuralbox.spring.ai;

import java.util.Objects;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import top.neuralbox.ApiException;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RateLimitException;

/**
 * NeuralBox's failures as Spring AI's. Spring AI's retries send a {@link TransientAiException} again without a further look, so only
 * what was surely not charged may be one.
 */
final class FailureMapping {

    private FailureMapping() {}

    static RuntimeException failure(NeuralBoxException failure) {
        String message = Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
        return failure.billingState() == BillingState.NOT_CHARGED && isWorthRetrying(failure)
                ? new TransientAiException(message, failure)
                : new NonTransientAiException(message, failure);
    }

    /** Whether the same request can succeed later. */
    private static boolean isWorthRetrying(NeuralBoxException failure) {
        if (failure instanceof ConnectionException lost) {
            return lost.reason() != ConnectionException.Reason.DNS;
        }
        if (failure instanceof ApiException refusal && refusal.status() != null && refusal.status() >= 500) {
            return true;
        }
        return failure instanceof RateLimitException
                || failure instanceof GenerationTimeoutException
                || failure instanceof GenerationFailedException;
    }
}
