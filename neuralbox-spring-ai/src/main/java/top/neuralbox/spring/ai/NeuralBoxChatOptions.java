package top.neuralbox.spring.ai;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import top.neuralbox.GenerationRequest;

/**
 * Options of a request, with those that only NeuralBox has: the tenant and the estimate for a budget, an assistant, and further fields
 * of the body. They are checked when the request is made, with an {@link IllegalArgumentException}. Immutable.
 *
 * <p>Between a model and an assistant, the choice of the prompt replaces the default: a prompt with an assistant goes to
 * that assistant, whatever the default model is.
 *
 * <p>They accept tools only so that a request with tools can be refused. With options of any other kind, a {@code
 * ChatClient} silently drops the tools.
 *
 * @since 0.1.0
 */
public final class NeuralBoxChatOptions extends DefaultToolCallingChatOptions {

    private final @Nullable String tenant;
    private final @Nullable BigDecimal estimatedCredits;
    private final @Nullable String assistantId;
    private final Map<String, @Nullable Object> bodyFields;

    private NeuralBoxChatOptions(Builder builder, ToolCallingChatOptions common) {
        super(
                common.getToolCallbacks(),
                common.getToolContext(),
                common.getModel(),
                common.getFrequencyPenalty(),
                common.getMaxTokens(),
                common.getPresencePenalty(),
                common.getStopSequences(),
                common.getTemperature(),
                common.getTopK(),
                common.getTopP());
        this.tenant = builder.tenant;
        this.estimatedCredits = builder.estimatedCredits;
        this.assistantId = builder.assistantId;
        this.bodyFields = Collections.unmodifiableMap(new LinkedHashMap<>(builder.bodyFields));
    }

    /** A builder in which nothing is set. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with all that these options set, of whichever provider they are. */
    static Builder builderOf(ChatOptions options) {
        if (options instanceof NeuralBoxChatOptions own) {
            return own.mutate();
        }
        Builder builder = builder()
                .model(options.getModel())
                .frequencyPenalty(options.getFrequencyPenalty())
                .maxTokens(options.getMaxTokens())
                .presencePenalty(options.getPresencePenalty())
                .stopSequences(options.getStopSequences())
                .temperature(options.getTemperature())
                .topK(options.getTopK())
                .topP(options.getTopP());
        return options instanceof ToolCallingChatOptions withTools
                ? builder.toolCallbacks(withTools.getToolCallbacks()).toolContext(withTools.getToolContext())
                : builder;
    }

    /** The customer for whom the answer is made; null if there is none. It is not sent. */
    public @Nullable String getTenant() {
        return tenant;
    }

    /** The highest expected cost, in credits; null to use the model's price. It is not sent. */
    public @Nullable BigDecimal getEstimatedCredits() {
        return estimatedCredits;
    }

    /** The assistant's id; null if a model answers. */
    public @Nullable String getAssistantId() {
        return assistantId;
    }

    /** Further fields of the request body. Unmodifiable. */
    public Map<String, @Nullable Object> getBodyFields() {
        return bodyFields;
    }

    @Override
    public Builder mutate() {
        Builder builder = builder()
                .model(getModel())
                .frequencyPenalty(getFrequencyPenalty())
                .maxTokens(getMaxTokens())
                .presencePenalty(getPresencePenalty())
                .stopSequences(getStopSequences())
                .temperature(getTemperature())
                .topK(getTopK())
                .topP(getTopP())
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .tenant(tenant)
                .estimatedCredits(estimatedCredits)
                .assistantId(assistantId);
        builder.bodyFields.putAll(bodyFields);
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof NeuralBoxChatOptions that
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
        return "NeuralBoxChatOptions[model=" + getModel() + ", assistantId=" + assistantId + ", temperature="
                + getTemperature() + ", maxTokens=" + getMaxTokens() + ", estimatedCredits=" + estimatedCredits
                + ", bodyFields=" + bodyFields.keySet() + "]";
    }

    void applyTo(GenerationRequest.Builder request) {
        if (getModel() != null) {
            request.model(getModel());
        }
        if (getTemperature() != null) {
            request.temperature(getTemperature());
        }
        if (getMaxTokens() != null) {
            request.maxTokens(getMaxTokens());
        }
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

    /** Builds options. Not thread-safe. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder> {

        private @Nullable String tenant;
        private @Nullable BigDecimal estimatedCredits;
        private @Nullable String assistantId;
        private Map<String, @Nullable Object> bodyFields = new LinkedHashMap<>();

        private Builder() {}

        @Override
        public Builder clone() {
            Builder copy = super.clone();
            copy.bodyFields = new LinkedHashMap<>(bodyFields);
            return copy;
        }

        /**
         * Sets what the other builder sets, over what is set so far. Fields of the body are merged by name; the later value of
         * a name replaces the earlier one.
         */
        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            Builder own = other instanceof Builder b ? b : null;
            if (own != null && own.assistantId != null) {
                assistantId = own.assistantId;
                model = own.model;
            } else if (other.build().getModel() != null) {
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
        public NeuralBoxChatOptions build() {
            return new NeuralBoxChatOptions(this, super.build());
        }
    }
}
