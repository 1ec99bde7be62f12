package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.RateLimits;

/**
 * The facts of an answer beside its text: the bill, the balance, and the account's rate limits. {@code tokenUsage()} and {@code
 * finishReason()} are null, because the service reports neither; credits are not tokens. Immutable.
 *
 * @since 0.1.0
 */
public final class NeuralBoxChatResponseMetadata extends ChatResponseMetadata {

    private final Billing billing;
    private final @Nullable String requestId;
    private final @Nullable RateLimits rateLimits;

    private NeuralBoxChatResponseMetadata(Builder builder) {
        super(builder);
        this.billing = builder.billing;
        this.requestId = builder.requestId;
        this.rateLimits = builder.rateLimits;
    }

    /** A builder in which nothing is set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The cost of the answer and the balance after it, in credits of the account. A figure that was not told is null. */
    public Billing billing() {
        return billing;
    }

    /** The service's id of the request ({@code X-Request-Id}), which its support can look up; null if it gave none. */
    public @Nullable String requestId() {
        return requestId;
    }

    /** The account's rate limits, as the response reported them; null if there is no response. */
    public @Nullable RateLimits rateLimits() {
        return rateLimits;
    }

    @Override
    public Builder toBuilder() {
        Builder builder = builder();
        toBuilder(builder);
        return builder.billing(billing).requestId(requestId).rateLimits(rateLimits);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof NeuralBoxChatResponseMetadata that
                && billing.equals(that.billing)
                && Objects.equals(requestId, that.requestId)
                && Objects.equals(rateLimits, that.rateLimits);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), billing, requestId, rateLimits);
    }

    @Override
    public String toString() {
        return "NeuralBoxChatResponseMetadata[id=" + id() + ", modelName=" + modelName() + ", " + billing
                + ", requestId=" + requestId + ", " + rateLimits + "]";
    }

    /** Builds metadata, for tests of applications. Not thread-safe. */
    public static final class Builder extends ChatResponseMetadata.Builder<Builder> {

        private Billing billing = Billing.of(null, null);
        private @Nullable String requestId;
        private @Nullable RateLimits rateLimits;

        private Builder() {}

        /** Sets the cost and the balance. Default: unknown. */
        public Builder billing(Billing billing) {
            this.billing = Objects.requireNonNull(billing, "billing");
            return this;
        }

        /** Sets the service's id of the request. */
        public Builder requestId(@Nullable String requestId) {
            this.requestId = requestId;
            return this;
        }

        /** Sets the rate limits. */
        public Builder rateLimits(@Nullable RateLimits rateLimits) {
            this.rateLimits = rateLimits;
            return this;
        }

        @Override
        public NeuralBoxChatResponseMetadata build() {
            return new NeuralBoxChatResponseMetadata(this);
        }
    }
}
