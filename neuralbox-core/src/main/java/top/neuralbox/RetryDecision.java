package top.neuralbox;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.transport.TransportException;

/**
 * Decides whether a request is sent again after an attempt failed, and after which wait. An attempt is followed by another only
 * if it was certainly not charged. {@link RetryPolicy} bounds the number and the waits.
 */
final class RetryDecision {

    private final RetryPolicy policy;
    private final DoubleSupplier random;

    /** @param random evenly distributed from 0 up to 1 */
    RetryDecision(RetryPolicy policy, DoubleSupplier random) {
        this.policy = policy;
        this.random = random;
    }

    /** Whether the service documents that this answer was not charged, and another attempt may help. */
    static boolean allows(int status, @Nullable String code) {
        return switch (status) {
            case 429 -> true;
            case 500 -> "provider_error".equals(code);
            case 503 -> "model_unavailable".equals(code);
            default -> false;
        };
    }

    /** Whether another attempt may help after this failure of the transport, which wrote nothing. */
    static boolean allows(TransportException.Kind unsent) {
        return switch (unsent) {
            case DNS, REFUSED, CONNECT_TIMEOUT, LOST -> true;
            case TLS, PROXY, POOL_TIMEOUT, PROTOCOL, CANCELLED, CLOSED, OTHER -> false;
        };
    }

    /** Whether another key may help. */
    static boolean allowsAnotherKey(int status, @Nullable String code) {
        return status == 401 && "token_expired".equals(code);
    }

    /** Whether the policy allows another attempt after this many. */
    boolean allowsAnother(int attempts) {
        return attempts <= policy.maxRetries();
    }

    /**
     * The wait before the next attempt.
     *
     * @param attempts the attempts so far
     * @param asked the wait that the service asks for; null if it asks for none
     * @return null if the service asks for a longer wait than the policy allows
     */
    @Nullable
    Duration waitAfter(int attempts, @Nullable Duration asked) {
        Duration drawn = backoff(attempts);
        if (asked == null) {
            return drawn;
        }
        if (asked.compareTo(policy.maxWait()) > 0) {
            return null;
        }
        // If the service asks for no wait, or a time in the past, all refused callers would retry together and at once.
        return asked.compareTo(drawn) < 0 ? drawn : asked;
    }

    /** A wait with jitter: evenly distributed between the shortest wait and a bound that doubles with each attempt. */
    private Duration backoff(int attempts) {
        long longest = Delayer.nanos(policy.maxDelay());
        long bound = Math.min(Delayer.nanos(policy.firstDelay()), longest);
        for (int i = 1; i < attempts && bound < longest; i++) {
            bound = bound > longest / 2 ? longest : Math.max(1, bound * 2);
        }
        long above = Math.max(0, bound - RetryPolicy.SHORTEST_WAIT.toNanos());
        return RetryPolicy.SHORTEST_WAIT.plusNanos((long) ((double) above * random.getAsDouble()));
    }
}
