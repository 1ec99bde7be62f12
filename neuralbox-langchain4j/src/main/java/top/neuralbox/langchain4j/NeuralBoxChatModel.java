package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;

/**
 * A {@link ChatModel} of LangChain4j whose answers come from NeuralBox. Thread-safe; it holds nothing but the client, which
 * the caller still has to close. The package's description says what is refused, and which errors come.
 *
 * <p>{@code chat} blocks its thread, and fails with an {@link IllegalStateException} on an event loop. {@code chatAsync} does not
 * block; cancelling its future stops the paid generation. Stages of the future run on a daemon thread, where blocking is allowed, or on
 * the executor of the client.
 *
 * @since 0.1.0
 */
public final class NeuralBoxChatModel implements ChatModel {

    private final NeuralBox neuralBox;
    private final NeuralBoxChatRequestParameters defaults;
    private final List<ChatModelListener> listeners;

    private NeuralBoxChatModel(Builder builder) {
        this.neuralBox = builder.neuralBox;
        this.defaults = builder.defaults();
        this.listeners = builder.listeners();
    }

    /** A builder for a model that generates with this client. */
    public static Builder builder(NeuralBox neuralBox) {
        return new Builder(neuralBox);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return defaults;
    }

    @Override
    public List<ChatModelListener> listeners() {
        return listeners;
    }

    @Override
    public ChatResponse doChat(ChatRequest chatRequest) {
        GenerationRequest request = RequestMapping.request(chatRequest);
        try {
            return ResponseMapping.response(neuralBox.generate(request), request);
        } catch (NeuralBoxException e) {
            throw FailureMapping.failure(e);
        }
    }

    @Override
    public CompletableFuture<ChatResponse> doChatAsync(ChatRequest chatRequest) {
        GenerationRequest request;
        try {
            request = RequestMapping.request(chatRequest);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Generation> generation = neuralBox.generateAsync(request);
        CompletableFuture<ChatResponse> response = new CompletableFuture<>();
        var unused = generation.whenComplete((complete, failure) -> {
            try {
                if (failure == null) {
                    response.complete(ResponseMapping.response(complete, request));
                } else {
                    response.completeExceptionally(FailureMapping.failure(failure));
                }
            } catch (Throwable t) {
                // LangChain4j's own classes may throw. Nothing else would complete the future.
                response.completeExceptionally(t);
            }
        });
        cancelWith(response, generation);
        return response;
    }

    /** The client's name, endpoint and transport, without its key. */
    @Override
    public String toString() {
        return "NeuralBoxChatModel[" + neuralBox + "]";
    }

    private static void cancelWith(CompletableFuture<ChatResponse> response, CompletableFuture<Generation> generation) {
        // A time-out that the caller sets on the future completes it too. After the end of the generation this does
        // nothing.
        var unused = response.whenComplete((complete, failure) -> generation.cancel(false));
    }

    /** Builds a model. Not thread-safe. Nothing is required if each request names its model or assistant. */
    public static final class Builder extends ModelBuilder<Builder> {

        private Builder(NeuralBox neuralBox) {
            super(neuralBox);
        }

        /**
         * Builds the model.
         *
         * @throws dev.langchain4j.exception.UnsupportedFeatureException if the default parameters ask for what the service does not
         *     have
         */
        public NeuralBoxChatModel build() {
            return new NeuralBoxChatModel(this);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
