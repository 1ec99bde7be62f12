package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The service refused the request with an error answer (wire contract, part B, error answers). The subtypes are the
 * refusals that a caller can act on. {@link #status()} and {@link #code()} distinguish all others.
 *
 * @since 0.1.0
 */
public class ApiException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient @Nullable ServiceError error;

    ApiException(String message, @Nullable ServiceError error, CallFacts facts) {
        super(message, null, facts);
        this.error = error;
    }

    /** The service's error code, for example {@code insufficient_plan}; null if the body held none. */
    public @Nullable String code() {
        return error == null ? null : error.code();
    }

    /** The service's human-readable message; null if the body held none. */
    public @Nullable String serviceMessage() {
        return error == null ? null : error.message();
    }

    /** The {@code details} of the error as JSON text; null if the body held none. */
    public @Nullable String detailsJson() {
        return error == null ? null : error.detailsJson();
    }
}
