package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The account's hourly or daily limit is reached (status 429). Wait for {@link #retryAfter()}.
 * The refused request was not charged, unless the error names a cost; see {@link #billingState()}.
 *
 * @since 0.1.0
 */
public final class RateLimitException extends ApiException {

    @Serial
    private static final long serialVersionUID = 1;

    RateLimitException(String message, @Nullable ServiceError error, CallFacts facts) {
        super(message, error, facts);
    }
}
