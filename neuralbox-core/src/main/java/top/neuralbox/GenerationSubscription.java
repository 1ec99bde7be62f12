package top.neuralbox;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The subscription that {@link NeuralBox#publish} gives to its subscriber, which also has the facts of the response. A library in
 * between may hand its own subscription on instead.
 *
 * <p>There are none before the response head has arrived; with the first event they are there. Any thread may ask at any time. No
 * method blocks.
 *
 * @since 0.1.0
 */
public interface GenerationSubscription extends Flow.Subscription {

    /** The account's rate limits, as the response reported them; a figure that it did not report is null. */
    RateLimits rateLimits();

    /** The service's name for the request ({@code X-Request-Id}); null if it gave none. */
    @Nullable
    String requestId();

    /** The header fields of the response, for example a gateway's own name for the request. */
    ResponseHeaders responseHeaders();
}
