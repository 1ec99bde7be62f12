package top.neuralbox;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The subscription that {@link NeuralBox#publish} gives to its subscriber. It also has some facts about the response. A library
 * in between may pass on its own subscription instead.
 *
 * <p>No fact is known before the response head has arrived; all are known from the first event on. Any thread may call these
 * methods at any time. No method blocks.
 *
 * @since 0.1.0
 */
public interface GenerationSubscription extends Flow.Subscription {

    /** The account's rate limits, as the response reported them; a figure that it did not report is null. */
    RateLimits rateLimits();

    /** The service's id of the request ({@code X-Request-Id}); null if it gave none. */
    @Nullable
    String requestId();

    /** The header fields of the response, for example a gateway's own id of the request. */
    ResponseHeaders responseHeaders();
}
