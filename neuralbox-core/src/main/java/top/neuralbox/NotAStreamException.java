package top.neuralbox;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The model does not stream. It makes an image, a video or sound, and the service answered with JSON (wire contract, part A).
 * This exception holds the result, or the id to poll for it, because it was paid for.
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

    /** The generation's id, used to poll for a pending result. */
    public @Nullable String id() {
        return answer == null ? null : answer.id();
    }

    /** The status, as the service wrote it: {@code completed}, {@code pending} or another word. */
    public @Nullable String generationStatus() {
        return answer == null ? null : answer.status();
    }

    /** The URL of the result; null while it is pending. */
    public @Nullable String url() {
        return answer instanceof GenerationAnswer.Media media ? media.url() : null;
    }

    /** The whole answer as it came. */
    public @Nullable String json() {
        return answer == null ? null : answer.json();
    }
}
