package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The service began the generation and gave it up, with an {@code error} event or an answer whose status is {@code failed}.
 * A failed generation costs nothing (wire contract, part B, money).
 *
 * @since 0.1.0
 */
public final class GenerationFailedException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient @Nullable ServiceError error;

    GenerationFailedException(String message, ServiceError error, CallFacts facts) {
        super(message, null, facts);
        this.error = error;
    }

    /** The service's error code; null if it held none. */
    public @Nullable String code() {
        return error == null ? null : error.code();
    }

    /** The service's message for people; null if it held none. */
    public @Nullable String serviceMessage() {
        return error == null ? null : error.message();
    }

    /** The event or the answer as it came; null after deserialization. */
    public @Nullable String json() {
        return error == null ? null : error.json();
    }
}
