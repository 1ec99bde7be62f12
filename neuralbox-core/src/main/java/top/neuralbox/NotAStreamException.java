package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The model does not stream: it makes an image, a video or sound, and the service answered with JSON (wire contract, part
 * A). The result, or where to ask for it, is here: what was paid for is not lost.
 *
 * @since 0.1.0
 */
public final class NotAStreamException extends UnexpectedResponseException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient @Nullable GenerationAnswer answer;

    NotAStreamException(String message, GenerationAnswer answer, CallFacts facts) {
        super(Reason.NOT_A_STREAM, message, null, facts);
        this.answer = answer;
    }

    /**
     * The result, or a pending one that {@link NeuralBox#await} waits for; null after deserialization.
     */
    public @Nullable GenerationAnswer answer() {
        return answer;
    }

    /** The generation's id, by which a pending one is asked for. */
    public @Nullable String id() {
        return answer == null ? null : answer.id();
    }

    /** {@code completed} or {@code pending}, as the service wrote it. */
    public @Nullable String generationStatus() {
        return answer == null ? null : answer.status();
    }

    /** Where the result is; null while it is pending. */
    public @Nullable String url() {
        return answer instanceof GenerationAnswer.Media media ? media.url() : null;
    }

    /** The whole answer as it came. */
    public @Nullable String json() {
        return answer == null ? null : answer.json();
    }
}
