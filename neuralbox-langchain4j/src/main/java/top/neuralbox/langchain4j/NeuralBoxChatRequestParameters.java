package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationRequest;

/**
 * Parameters of a request that only NeuralBox has: the tenant and the estimate for a budget, an assistant, and further fields of the
 * body. They are checked when the request is made, with an {@link IllegalArgumentException}. Immutable.
 *
 * <p>Between a model and an assistant, the choice of the request replaces the default: a request with an assistant goes to
 * that assistant, whatever the default model is.
 *
 * @since 0.1.0
 */
public final class NeuralBoxChatRequestParameters extends DefaultChatRequestParameters {

    private final @Nullable String tenant;
    private final @Nullable BigDecimal estimatedCredits;
    private final @Nullable String assistantId;
    private final Map<String, @Nullable Object> bodyFields;

    private NeuralBoxChatRequestParameters(Builder builder) {
        super(builder);
        this.tenant = builder.tenant;
        this.estimatedCredits = builder.estimatedCredits;
        this.assistantId = builder.assistantId;
        this.bodyFields = Collections.unmodifiableMap(new LinkedHashMap<>(builder.bodyFields));
    }

    /** A builder in which nothing is set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The customer for whom the answer is made; null if there is none. It is not sent. */
    public @Nullable String tenant() {
        return tenant;
    }

    /** The highest expected cost, in credits; null to use the model's price. It is not sent. */
    public @Nullable BigDecimal estimatedCredits() {
        return estimatedCredits;
    }

    /** The assistant's id; null if a model answers. */
    public @Nullable String assistantId() {
        return assistantId;
    }

    /** Further fields of the request body. Unmodifiable. */
    public Map<String, @Nullable Object> bodyFields() {
        return bodyFields;
    }

    @Override
    public NeuralBoxChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public NeuralBoxChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof NeuralBoxChatRequestParameters that
                && Objects.equals(tenant, that.tenant)
                && Objects.equals(estimatedCredits, that.estimatedCredits)
                && Objects.equals(assistantId, that.assistantId)
                && bodyFields.equals(that.bodyFields);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), tenant, estimatedCredits, assistantId, bodyFields);
    }

    /**
     * The model, the assistant, what limits the answer, and the names of the body fields. The tenant and the values of the
     * fields are left out: a tenant may be a person, and a field may hold anything.
     */
    @Override
    public String toString() {
        return "NeuralBoxChatRequestParameters[modelName=" + modelName() + ", assistantId=" + assistantId
                + ", temperature=" + temperature() + ", maxOutputTokens=" + maxOutputTokens() + ", estimatedCredits="
                + estimatedCredits + ", bodyFields=" + bodyFields.keySet() + "]";
    }

    void applyTo(GenerationRequest.Builder request) {
        if (tenant != null) {
            request.tenant(tenant);
        }
        if (estimatedCredits != null) {
            request.estimatedCredits(estimatedCredits);
        }
        if (assistantId != null) {
            request.assistantId(assistantId);
        }
        bodyFields.forEach(request::bodyField);
    }

    /** Builds parameters. Not thread-safe. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {

        private @Nullable String tenant;
        private @Nullable BigDecimal estimatedCredits;
        private @Nullable String assistantId;
        private final Map<String, @Nullable Object> bodyFields = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets what these parameters set, over what is set so far. Fields of the body are merged by name; the later value of a
         * name replaces the earlier one.
         */
        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            NeuralBoxChatRequestParameters own = parameters instanceof NeuralBoxChatRequestParameters p ? p : null;
            if (own != null && own.assistantId != null) {
                assistantId = own.assistantId;
                modelName(own.modelName());
            } else if (parameters.modelName() != null) {
                assistantId = null;
            }
            if (own != null) {
                tenant = own.tenant == null ? tenant : own.tenant;
                estimatedCredits = own.estimatedCredits == null ? estimatedCredits : own.estimatedCredits;
                bodyFields.putAll(own.bodyFields);
            }
            return this;
        }

        /**
         * Names the customer for whom the answer is made, so that budgets and ledgers can distinguish the application's customers. It is
         * not sent.
         *
         * @param tenant not blank; null for none
         */
        public Builder tenant(@Nullable String tenant) {
            this.tenant = tenant;
            return this;
        }

        /**
         * Sets the highest cost of the answer, which a budget uses instead of the model's highest price. It is not sent.
         *
         * @param credits not negative; null for the model's price
         */
        public Builder estimatedCredits(@Nullable BigDecimal credits) {
            this.estimatedCredits = credits;
            return this;
        }

        /**
         * Lets an assistant of the account answer, instead of a model.
         *
         * @param assistantId not blank; null for none
         */
        public Builder assistantId(@Nullable String assistantId) {
            this.assistantId = assistantId;
            return this;
        }

        /**
         * Adds a field for which there is no method to the request body.
         *
         * @param value a String, Number, Boolean, List, Map with String keys, or null; do not change it afterwards
         */
        public Builder bodyField(String name, @Nullable Object value) {
            bodyFields.put(Objects.requireNonNull(name, "name"), value);
            return this;
        }

        @Override
        public NeuralBoxChatRequestParameters build() {
            return new NeuralBoxChatRequestParameters(this);
        }
    }
}
