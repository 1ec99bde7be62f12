package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The key is missing, malformed, expired or unknown (status 401), or the key supplier failed. Get another key.
 *
 * @since 0.1.0
 */
public final class AuthenticationException extends ApiException {

    @Serial
    private static final long serialVersionUID = 1;

    AuthenticationException(String message, @Nullable ServiceError error, CallFacts facts) {
        super(message, error, facts);
    }
}
