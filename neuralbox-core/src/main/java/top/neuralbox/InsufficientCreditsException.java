package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The account has no credits left (status 402). Top it up.
 * The refused request was not charged, unless the error names a cost; see {@link #billingState()}.
 *
 * @since 0.1.0
 */
public final class InsufficientCreditsException extends ApiException {

    @Serial
    private static final long serialVersionUID = 1;

    InsufficientCreditsException(String message, @Nullable ServiceError error, CallFacts facts) {
        super(message, error, facts);
    }
}
