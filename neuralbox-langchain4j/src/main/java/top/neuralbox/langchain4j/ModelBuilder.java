package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import java.util.Objects;
import top.neuralbox.NeuralBox;

/** The options that both models have. */
abstract class ModelBuilder<B extends ModelBuilder<B>> {

    final NeuralBox neuralBox;

    private final NeuralBoxChatRequestParameters.Builder defaults = NeuralBoxChatRequestParameters.builder();
    private List<ChatModelListener> listeners = List.of();

    ModelBuilder(NeuralBox neuralBox) {
        this.neuralBox = Objects.requireNonNull(neuralBox, "neuralBox");
    }

    /** Sets the model's slug for requests that do not name one, for example {@code gpt-5}. */
    public B modelName(String modelName) {
        defaults.modelName(Objects.requireNonNull(modelName, "modelName"));
        return self();
    }

    /**
     * Sets how freely the model chooses, for requests that do not say. The service's default is 0.7.
     *
     * @param temperature 0.0 to 2.0; a request with another one fails with an {@link IllegalArgumentException}
     */
    public B temperature(double temperature) {
        defaults.temperature(temperature);
        return self();
    }

    /**
     * Limits the length of an answer, for requests that do not.
     *
     * @param maxOutputTokens tokens of the language model, at least 1; a request with fewer fails with an {@link
     *     IllegalArgumentException}
     */
    public B maxOutputTokens(int maxOutputTokens) {
        defaults.maxOutputTokens(maxOutputTokens);
        return self();
    }

    /**
     * Sets the parameters of requests that do not set their own, over those that this builder has so far. Give {@link
     * NeuralBoxChatRequestParameters} for a tenant, an estimate, an assistant or further fields.
     */
    public B defaultRequestParameters(ChatRequestParameters parameters) {
        defaults.overrideWith(Objects.requireNonNull(parameters, "parameters"));
        return self();
    }

    /** Sets LangChain4j's listeners, instead of earlier ones. NeuralBox's own are set on the client. */
    public B listeners(List<ChatModelListener> listeners) {
        this.listeners = List.copyOf(listeners);
        return self();
    }

    abstract B self();

    final NeuralBoxChatRequestParameters defaults() {
        NeuralBoxChatRequestParameters parameters = defaults.build();
        RequestMapping.requireSupported(parameters);
        return parameters;
    }

    final List<ChatModelListener> listeners() {
        return listeners;
    }
}
