package top.neuralbox;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request for a generation: a model or an assistant, the conversation so far, and options for the answer. Immutable.
 *
 * @since 0.1.0
 */
public final class GenerationRequest {

    private static final int MOST_ATTRIBUTES = 32;
    private static final int LONGEST_ATTRIBUTE_NAME = 100;
    private static final int LONGEST_ATTRIBUTE = 1_000;

    private static final Set<String> OWN_FIELDS = Set.of(
            "model", "assistant_id", "messages", "prompt", "params", "system", "temperature", "max_tokens", "stream");

    private final @Nullable String model;
    private final @Nullable String assistantId;
    private final List<Message> messages;
    private final @Nullable String prompt;
    private final Map<String, @Nullable Object> modelParams;
    private final @Nullable String system;
    private final @Nullable Double temperature;
    private final @Nullable Integer maxTokens;
    private final Map<String, @Nullable Object> bodyFields;
    private final Map<String, String> headers;
    private final @Nullable Timeouts timeouts;
    private final @Nullable String tenant;
    private final @Nullable BigDecimal estimatedCredits;
    private final Map<String, String> attributes;

    private GenerationRequest(Builder builder) {
        this.model = builder.model;
        this.assistantId = builder.assistantId;
        this.messages = List.copyOf(builder.messages);
        this.prompt = builder.prompt;
        this.modelParams = Collections.unmodifiableMap(new LinkedHashMap<>(builder.modelParams));
        this.system = builder.system;
        this.temperature = builder.temperature;
        this.maxTokens = builder.maxTokens;
        this.bodyFields = Collections.unmodifiableMap(new LinkedHashMap<>(builder.bodyFields));
        this.headers = Map.copyOf(builder.headers);
        this.timeouts = builder.timeouts;
        this.tenant = builder.tenant;
        this.estimatedCredits = builder.estimatedCredits;
        this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(builder.attributes));
    }

    /**
     * One user message to one model.
     *
     * @throws NullPointerException if either is null; the message names it
     * @throws IllegalArgumentException if the model is blank
     */
    public static GenerationRequest of(String model, String prompt) {
        Objects.requireNonNull(prompt, "prompt");
        return builder().model(model).message(Message.user(prompt)).build();
    }

    /** A builder in which nothing is set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The model's slug; null if an assistant answers. */
    public @Nullable String model() {
        return model;
    }

    /** The assistant's id; null if a model answers. */
    public @Nullable String assistantId() {
        return assistantId;
    }

    /** The conversation, oldest message first. Unmodifiable; empty if and only if there is a {@link #prompt()}. */
    public List<Message> messages() {
        return messages;
    }

    /** The prompt, the short form of a request without a conversation; null if there is a conversation. */
    public @Nullable String prompt() {
        return prompt;
    }

    /** The parameters of this particular model: the {@code params} object of the body. Unmodifiable. */
    public Map<String, @Nullable Object> modelParams() {
        return modelParams;
    }

    /** Instructions that apply to the whole conversation; null if there are none. */
    public @Nullable String system() {
        return system;
    }

    /** How freely the model chooses, 0.0 to 2.0; null for the service's default. */
    public @Nullable Double temperature() {
        return temperature;
    }

    /** The maximum length of the answer, in tokens of the language model; null if it is not set. */
    public @Nullable Integer maxTokens() {
        return maxTokens;
    }

    /** Further fields of the request body. Unmodifiable. */
    public Map<String, @Nullable Object> bodyFields() {
        return bodyFields;
    }

    /** Header fields of only this request. Unmodifiable. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Time-outs of only this request; null means the client's. */
    public @Nullable Timeouts timeouts() {
        return timeouts;
    }

    /** The customer for whom the generation is made; null if there is none. It is not sent. */
    public @Nullable String tenant() {
        return tenant;
    }

    /** The highest expected cost, in credits; null to use the model's price. It is not sent. */
    public @Nullable BigDecimal estimatedCredits() {
        return estimatedCredits;
    }

    /**
     * What the application knows about the request, for its listeners, budget and ledger, in the order in which it was added.
     * Unmodifiable. It is not sent.
     */
    public Map<String, String> attributes() {
        return attributes;
    }

    /**
     * Model or assistant, and the number of messages. Prompts, header values and attributes do not belong in a log; an
     * attribute may be the name of a person.
     */
    @Override
    public String toString() {
        String who = model != null ? "model=" + model : "assistantId=" + assistantId;
        return "GenerationRequest[" + who + ", " + messages.size() + " messages]";
    }

    /** Builds a request. Set exactly one of model and assistant, and either a prompt or at least one message. */
    public static final class Builder {

        private @Nullable String model;
        private @Nullable String assistantId;
        private final List<Message> messages = new ArrayList<>();
        private @Nullable String prompt;
        private final Map<String, @Nullable Object> modelParams = new LinkedHashMap<>();
        private @Nullable String system;
        private @Nullable Double temperature;
        private @Nullable Integer maxTokens;
        private final Map<String, @Nullable Object> bodyFields = new LinkedHashMap<>();
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private @Nullable Timeouts timeouts;
        private @Nullable String tenant;
        private @Nullable BigDecimal estimatedCredits;
        private final Map<String, String> attributes = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets the model's slug, for example {@code gpt-5}.
         *
         * @throws IllegalArgumentException if it is blank
         */
        public Builder model(String model) {
            this.model = requireText("model", model);
            return this;
        }

        /**
         * Lets an assistant of the account answer, instead of a model.
         *
         * @throws IllegalArgumentException if it is blank
         */
        public Builder assistantId(String assistantId) {
            this.assistantId = requireText("assistantId", assistantId);
            return this;
        }

        /** Adds a message to the end of the conversation. */
        public Builder message(Message message) {
            messages.add(Objects.requireNonNull(message, "message"));
            return this;
        }

        /** Replaces the conversation. */
        public Builder messages(List<Message> messages) {
            List<Message> copy = List.copyOf(messages);
            this.messages.clear();
            this.messages.addAll(copy);
            return this;
        }

        /**
         * Sets a prompt instead of messages: the short form, for models that make images, video or sound.
         *
         * @throws IllegalArgumentException if it is blank
         */
        public Builder prompt(String prompt) {
            this.prompt = requireText("prompt", prompt);
            return this;
        }

        /**
         * Adds a parameter of this particular model to the {@code params} object of the body, for example {@code
         * modelParam("size", "1024x1024")}.
         *
         * @param value as for {@link #bodyField}
         * @throws IllegalArgumentException if the name is blank, or the value is refused as by {@link #bodyField}
         */
        public Builder modelParam(String name, @Nullable Object value) {
            modelParams.put(requireText("name", name), JsonValues.copyOf(name, value));
            return this;
        }

        /** Sets instructions for the whole conversation, the same as a first message with the role {@code system}. */
        public Builder system(String system) {
            this.system = Objects.requireNonNull(system, "system");
            return this;
        }

        /**
         * Sets how freely the model chooses. The service's default is 0.7.
         *
         * @param temperature 0.0 to 2.0
         * @throws IllegalArgumentException if it is outside this range
         */
        public Builder temperature(double temperature) {
            if (!(temperature >= 0.0 && temperature <= 2.0)) {
                throw new IllegalArgumentException("temperature must lie between 0.0 and 2.0: " + temperature);
            }
            this.temperature = temperature;
            return this;
        }

        /**
         * Limits the length of the answer.
         *
         * @param maxTokens tokens of the language model, at least 1
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder maxTokens(int maxTokens) {
            if (maxTokens < 1) {
                throw new IllegalArgumentException("maxTokens must be at least 1: " + maxTokens);
            }
            this.maxTokens = maxTokens;
            return this;
        }

        /**
         * Adds a field to the request body, if this builder has no method for it.
         *
         * @param name the field's name on the wire
         * @param value a String, Number, Boolean, List, Map with String keys, or null; copied, nested at most 100 deep
         * @throws IllegalArgumentException if the builder has a method for the field or the client sets it itself, or if the
         *     value has another type, is no finite number, or is nested deeper
         */
        public Builder bodyField(String name, @Nullable Object value) {
            requireText("name", name);
            if (OWN_FIELDS.contains(name)) {
                throw new IllegalArgumentException("bodyField " + name + " has its own method or is set by the client");
            }
            bodyFields.put(name, JsonValues.copyOf(name, value));
            return this;
        }

        /**
         * Adds a header field to only this request.
         *
         * @throws IllegalArgumentException if the client sets this field itself, or it is not well-formed; the message does not
         *     repeat the value
         */
        public Builder header(String name, String value) {
            HeaderFields.requireUsable(name, value);
            // The last call wins, and its spelling of the name too.
            headers.remove(name);
            headers.put(name, value);
            return this;
        }

        /** Sets time-outs for only this request, instead of the client's. */
        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
            return this;
        }

        /**
         * Names the customer for whom the generation is made, so that budgets and ledgers can distinguish the application's
         * customers. It is not sent.
         *
         * @throws IllegalArgumentException if it is blank
         */
        public Builder tenant(String tenant) {
            this.tenant = requireText("tenant", tenant);
            return this;
        }

        /**
         * Sets the highest cost of the generation, which a budget uses instead of the model's highest price. It is not sent.
         *
         * @param credits not negative, at most a thousand million, with at most 64 decimals
         * @throws IllegalArgumentException if it is outside these limits
         */
        public Builder estimatedCredits(BigDecimal credits) {
            if (credits.signum() < 0) {
                throw new IllegalArgumentException("estimatedCredits must not be negative: " + credits);
            }
            if (!Billing.isCredible(credits)) {
                throw new IllegalArgumentException("estimatedCredits must be at most " + Billing.MOST
                        + ", with at most " + Billing.MOST_DECIMALS + " decimals: " + credits);
            }
            this.estimatedCredits = credits;
            return this;
        }

        /**
         * Adds an attribute: something that the application knows about the request, such as a user, a feature or the number of
         * an order. Listeners, budget and ledger see it ({@link GenerationInfo#attributes()}, {@link
         * GenerationOutcome#attributes()}), so that an audit log needs no thread-locals. It is never sent, and its value appears in no
         * message and no {@code toString()}. An attribute of the same name is replaced.
         *
         * @param name 1 to 100 UTF-16 units, not blank
         * @param value at most 1,000 UTF-16 units; may be empty
         * @throws IllegalArgumentException if one of them is outside these limits, or there are more than 32 attributes; the
         *     message does not repeat the value
         */
        public Builder attribute(String name, String value) {
            requireText("name", name);
            Objects.requireNonNull(value, "value");
            if (name.length() > LONGEST_ATTRIBUTE_NAME) {
                throw new IllegalArgumentException("the name of an attribute has " + name.length()
                        + " characters; at most " + LONGEST_ATTRIBUTE_NAME + " are allowed");
            }
            if (value.length() > LONGEST_ATTRIBUTE) {
                throw new IllegalArgumentException("attribute " + name + " has " + value.length()
                        + " characters; at most " + LONGEST_ATTRIBUTE + " are allowed");
            }
            if (attributes.size() == MOST_ATTRIBUTES && !attributes.containsKey(name)) {
                throw new IllegalArgumentException("a request has at most " + MOST_ATTRIBUTES + " attributes");
            }
            attributes.put(name, value);
            return this;
        }

        /**
         * Builds the request.
         *
         * @throws IllegalArgumentException if there is not exactly one of model and assistant id, or not exactly one of
         *     messages and prompt
         */
        public GenerationRequest build() {
            if ((model == null) == (assistantId == null)) {
                throw new IllegalArgumentException("exactly one of model and assistantId must be set");
            }
            if (messages.isEmpty() && prompt == null) {
                throw new IllegalArgumentException("messages or prompt must be set");
            }
            if (!messages.isEmpty() && prompt != null) {
                throw new IllegalArgumentException("set messages or prompt, not both");
            }
            return new GenerationRequest(this);
        }

        private static String requireText(String what, String text) {
            Objects.requireNonNull(text, what);
            if (text.isBlank()) {
                throw new IllegalArgumentException(what + " must not be blank");
            }
            return text;
        }
    }

    /** Checks and copies the values that JSON can hold, so that encoding cannot fail later. */
    static final class JsonValues {

        private static final int DEEPEST = 100;

        private JsonValues() {}

        static @Nullable Object copyOf(String where, @Nullable Object value) {
            return copyOf(where, value, 0);
        }

        private static @Nullable Object copyOf(String where, @Nullable Object value, int depth) {
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("field " + where + " is nested deeper than " + DEEPEST);
            }
            if (value == null || value instanceof String || value instanceof Boolean) {
                return value;
            }
            if (value instanceof Number number) {
                return exact(where, number);
            }
            if (value instanceof List<?> list) {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                list.forEach(element -> copy.add(copyOf(where, element, depth + 1)));
                return Collections.unmodifiableList(copy);
            }
            if (value instanceof Map<?, ?> map) {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((key, element) -> {
                    if (!(key instanceof String name)) {
                        throw new IllegalArgumentException("field " + where + " holds a map key that is not a String");
                    }
                    copy.put(name, copyOf(where, element, depth + 1));
                });
                return Collections.unmodifiableMap(copy);
            }
            throw new IllegalArgumentException(
                    "field " + where + " is of type " + value.getClass().getName() + ", which JSON does not have");
        }

        /** Keeps all digits: 0.1 stays 0.1, and a long is not rounded. */
        private static BigDecimal exact(String where, Number number) {
            try {
                return number instanceof BigDecimal decimal ? decimal : new BigDecimal(number.toString());
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("field " + where + " is not a finite number", e);
            }
        }
    }
}
