package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The number of retries of a request, and the waits before them. Immutable.
 *
 * <p>The conditions are fixed. A request is retried only if it was certainly not charged: the host's name was not found, the
 * connection was refused, was not made in time, or was lost before anything was written; an HTTP/2 GOAWAY said that the request
 * was not processed; status 429, 500 {@code provider_error}, 503 {@code model_unavailable}; and once after 401 {@code
 * token_expired} if the supplier gives another key. An error that names a cost is not retried, nor a failed TLS handshake, a
 * failure of the proxy, or a full pool. A request is never retried after a response with status 200 has arrived. No wait is
 * shorter than 100 ms, whatever the settings or the service say; the retry with another key follows at once.
 *
 * @since 0.1.0
 */
public final class RetryPolicy {

    /**
     * The shortest wait before a retry. It spares a service that asks for no wait, or for a time in the past, and is too short
     * for a user to notice.
     */
    static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

    private static final RetryPolicy DEFAULTS = new Builder().build();
    private static final RetryPolicy NONE = new Builder().maxRetries(0).build();

    private final int maxRetries;
    private final Duration firstDelay;
    private final Duration maxDelay;
    private final Duration maxWait;

    private RetryPolicy(Builder builder) {
        this.maxRetries = builder.maxRetries;
        this.firstDelay = builder.firstDelay;
        this.maxDelay = builder.maxDelay;
        this.maxWait = builder.maxWait;
    }

    /** Two retries, after random waits of up to 0.5 s and then 1 s; a wait that the service asks for may be up to 20 s. */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /** No retries: every request is sent once. */
    public static RetryPolicy none() {
        return NONE;
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** The maximum number of retries of a request. */
    public int maxRetries() {
        return maxRetries;
    }

    /**
     * The upper bound of the first wait; the bound doubles for each further wait. A wait is random, from 100 ms up to its
     * bound.
     */
    public Duration firstDelay() {
        return firstDelay;
    }

    /** The upper bound of all waits that the service did not ask for. */
    public Duration maxDelay() {
        return maxDelay;
    }

    /**
     * The longest wait that the service may ask for. If it asks for a longer one, the call fails at once, and {@link
     * NeuralBoxException#retryAfter()} returns that wait.
     */
    public Duration maxWait() {
        return maxWait;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RetryPolicy that
                && maxRetries == that.maxRetries
                && firstDelay.equals(that.firstDelay)
                && maxDelay.equals(that.maxDelay)
                && maxWait.equals(that.maxWait);
    }

    @Override
    public int hashCode() {
        return Objects.hash(maxRetries, firstDelay, maxDelay, maxWait);
    }

    @Override
    public String toString() {
        return "RetryPolicy[maxRetries=" + maxRetries + ", firstDelay=" + firstDelay + ", maxDelay=" + maxDelay
                + ", maxWait=" + maxWait + "]";
    }

    /** Builds a policy. Not thread-safe. Each method refuses a negative value. */
    public static final class Builder {

        private int maxRetries = 2;
        private Duration firstDelay = Duration.ofMillis(500);
        private Duration maxDelay = Duration.ofSeconds(8);
        private Duration maxWait = Duration.ofSeconds(20);

        private Builder() {}

        /** Sets {@link RetryPolicy#maxRetries()}. */
        public Builder maxRetries(int maxRetries) {
            if (maxRetries < 0) {
                throw new IllegalArgumentException("maxRetries must not be negative: " + maxRetries);
            }
            this.maxRetries = maxRetries;
            return this;
        }

        /** Sets {@link RetryPolicy#firstDelay()}. */
        public Builder firstDelay(Duration firstDelay) {
            this.firstDelay = requireNotNegative("firstDelay", firstDelay);
            return this;
        }

        /** Sets {@link RetryPolicy#maxDelay()}. */
        public Builder maxDelay(Duration maxDelay) {
            this.maxDelay = requireNotNegative("maxDelay", maxDelay);
            return this;
        }

        /** Sets {@link RetryPolicy#maxWait()}. */
        public Builder maxWait(Duration maxWait) {
            this.maxWait = requireNotNegative("maxWait", maxWait);
            return this;
        }

        /** Builds the policy. */
        public RetryPolicy build() {
            return new RetryPolicy(this);
        }

        private static Duration requireNotNegative(String what, Duration duration) {
            Objects.requireNonNull(duration, what);
            if (duration.isNegative()) {
                throw new IllegalArgumentException(what + " must not be negative: " + duration);
            }
            return duration;
        }
    }
}
