package top.neuralbox.spring.ai;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;
import top.neuralbox.Billing;
import top.neuralbox.RateLimits;

/**
 * The facts of an answer beside its text. They are in the metadata of a response under {@link #KEY}; for a stream, in those of the
 * last response. {@code getId()} and {@code getModel()} of the metadata have the generation's id and the model.
 *
 * @param billing the cost of the answer and the balance after it, in credits of the account; a figure that the service left out is null
 * @param requestId the service's id of the request ({@code X-Request-Id}), which its support can look up; null if it gave none
 * @param rateLimits the account's rate limits, as the response reported them; null if they are not known
 * @since 0.1.0
 */
public record NeuralBoxChatMetadata(
        Billing billing,
        @Nullable String requestId,
        @Nullable RateLimits rateLimits) {

    /** The key in the metadata of a response. */
    public static final String KEY = "neuralbox";

    /**
     * Checks that there is a bill.
     *
     * @throws NullPointerException if {@code billing} is null
     */
    public NeuralBoxChatMetadata {
        Objects.requireNonNull(billing, "billing");
    }

    /** The facts in this response; null if it is not the end of an answer of NeuralBox. */
    public static @Nullable NeuralBoxChatMetadata of(ChatResponse response) {
        Object found = response.getMetadata().get(KEY);
        return found instanceof NeuralBoxChatMetadata metadata ? metadata : null;
    }
}
