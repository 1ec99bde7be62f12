package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The request breaks the service's rules (status 400, 413 or 422). Change it; {@link #detailsJson()} names the fields.
 * The refused request was not charged, unless the error names a cost; see {@link #billingState()}.
 *
 * @since 0.1.0
 */
public final class ValidationException extends ApiException {

    @Serial
    private static final long serialVersionUID = 1;

    ValidationException(String message, @Nullable ServiceError error, CallFacts facts) {
        super(message, error, facts);
    }
}
