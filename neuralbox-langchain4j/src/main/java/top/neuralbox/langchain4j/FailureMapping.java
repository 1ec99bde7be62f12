package top.neuralbox.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.ApiException;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.NotAStreamException;

/**
 * NeuralBox's failures as LangChain4j's. Whoever calls LangChain4j sends a {@link RetriableException} again without a further look, so
 * only what was surely not charged may be one.
 */
final class FailureMapping {

    private FailureMapping() {}

    static RuntimeException failure(Throwable failure) {
        if (!(failure instanceof NeuralBoxException known)) {
            return failure instanceof RuntimeException unchecked
                    ? unchecked
                    : new LangChain4jException(failure.getMessage(), failure);
        }
        RuntimeException retriable = known.billingState() == BillingState.NOT_CHARGED ? worthRetrying(known) : null;
        return retriable == null ? lasting(known) : retriable;
    }

    /** Null if the same request would fail in the same way. */
    private static @Nullable RuntimeException worthRetrying(NeuralBoxException failure) {
        String message = failure.getMessage();
        if (failure instanceof top.neuralbox.RateLimitException) {
            return new RateLimitException(message, failure);
        }
        if (failure instanceof GenerationTimeoutException) {
            return new TimeoutException(message, failure);
        }
        if (failure instanceof ApiException refusal && refusal.status() != null && refusal.status() >= 500) {
            return new InternalServerException(message, failure);
        }
        if (failure instanceof GenerationFailedException) {
            return new InternalServerException(message, failure);
        }
        if (failure instanceof ConnectionException lost && lost.reason() != ConnectionException.Reason.DNS) {
            return new RetriableException(message, failure);
        }
        return null;
    }

    private static RuntimeException lasting(NeuralBoxException failure) {
        String message = failure.getMessage();
        if (failure instanceof ApiException refusal && refusal.status() != null) {
            int status = refusal.status();
            if (status == 401 || status == 403) {
                return new AuthenticationException(message, failure);
            }
            if (status == 404) {
                return new ModelNotFoundException(message, failure);
            }
            if (status >= 400 && status < 500) {
                return new InvalidRequestException(message, failure);
            }
        }
        if (failure instanceof top.neuralbox.AuthenticationException) {
            return new AuthenticationException(message, failure);
        }
        if (failure instanceof NotAStreamException) {
            return new InvalidRequestException(message, failure);
        }
        if (failure instanceof ConnectionException lost && lost.reason() == ConnectionException.Reason.DNS) {
            return new UnresolvedModelServerException(message, failure);
        }
        return new NonRetriableException(message, failure);
    }
}
