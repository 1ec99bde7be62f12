package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The service, or a gateway in front of it, gave up the generation, with an {@code error} event, an answer whose status is
 * {@code failed}, or an error in an undocumented form.
 *
 * <p>Read {@link #billingState()} before you send the request again. It is {@code NOT_CHARGED} for the two documented forms
 * (wire contract, part B, money), unless they name a cost. It is {@code UNKNOWN} for every other form, whatever the error
 * code is. {@link #partial()} then has the bill as far as it was reported.
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

    /** The service's error code; null if there is none. */
    public @Nullable String code() {
        return error == null ? null : error.code();
    }

    /** The service's human-readable message; null if there is none. */
    public @Nullable String serviceMessage() {
        return error == null ? null : error.message();
    }

    /** The event or the answer as it came; null after deserialization. */
    public @Nullable String json() {
        return error == null ? null : error.json();
    }
}
