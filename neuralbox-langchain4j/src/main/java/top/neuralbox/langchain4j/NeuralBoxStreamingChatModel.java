package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;

/**
 * A {@link StreamingChatModel} of LangChain4j whose answers come from NeuralBox. Thread-safe; it holds nothing but the
 * client, which the caller still has to close. The package's description says what is refused, and which errors come.
 *
 * <p><b>A publisher</b> ({@code chat(request)}, with LangChain4j 1.20 or later) is cold: each subscription is one paid call,
 * which the first demand sends. Demand reaches the service: there is no buffer in between, and a subscriber that asks for no
 * more holds the service back. Cancelling the subscription stops the paid stream.
 *
 * <p><b>A handler</b> ({@code chat(request, handler)}) gets all as it comes. What its {@code onPartialResponse} or {@code
 * onCompleteResponse} throws is given to its {@code onError}, and the stream goes on, as LangChain4j asks; an {@link Error}
 * stops the paid stream. {@link #start} returns at once, with the handle that cancels the stream. After a cancel the handler
 * is told nothing more.
 *
 * <p>An answer that is not complete is an error, never a short answer. An event of a type that the client does not know is a raw event,
 * whose object is a {@link top.neuralbox.GenerationEvent.Unknown}.
 *
 * <p>Signals come on the engine's thread: do not block there, or build the client with an executor ({@link
 * NeuralBox.Builder#executor}), for example if a chat memory writes to a database.
 *
 * @since 0.1.0
 */
public final class NeuralBoxStreamingChatModel implements StreamingChatModel {

    private final NeuralBox neuralBox;
    private final NeuralBoxChatRequestParameters defaults;
    private final List<ChatModelListener> listeners;

    private NeuralBoxStreamingChatModel(Builder builder) {
        this.neuralBox = builder.neuralBox;
        this.defaults = builder.defaults();
        this.listeners = builder.listeners();
    }

    /** A builder for a model that generates with this client. */
    public static Builder builder(NeuralBox neuralBox) {
        return new Builder(neuralBox);
    }

    /**
     * As {@code chat(request, handler)}, listeners and default parameters included, and returns the handle of the stream.
     * LangChain4j itself gives a handler such a handle only with the first piece of the answer; the handle returned here can
     * cancel the stream before that too.
     *
     * @return the handle, for any thread; its {@code cancel} does nothing after the end
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if the request asks for what the service does not have
     */
    public StreamingHandle start(ChatRequest request, StreamingChatResponseHandler handler) {
        Starting starting = new Starting();
        starting.chat(request, handler);
        return Objects.requireNonNull(starting.handle);
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
    public void doChat(ChatRequest chatRequest, StreamingChatResponseHandler handler) {
        stream(chatRequest, handler);
    }

    @Override
    public Flow.Publisher<ChatModelStreamingEvent> doChat(ChatRequest chatRequest) {
        GenerationRequest request = RequestMapping.request(chatRequest);
        return subscriber -> neuralBox
                .publish(request)
                .subscribe(new EventSubscriber(Objects.requireNonNull(subscriber, "subscriber"), request));
    }

    /** The client's name, endpoint and transport, without its key. */
    @Override
    public String toString() {
        return "NeuralBoxStreamingChatModel[" + neuralBox + "]";
    }

    private StreamingHandle stream(ChatRequest chatRequest, StreamingChatResponseHandler handler) {
        GenerationRequest request = RequestMapping.request(chatRequest);
        HandlerSubscriber subscriber = new HandlerSubscriber(Objects.requireNonNull(handler, "handler"), request);
        neuralBox.publish(request).subscribe(subscriber);
        return subscriber;
    }

    /** This model for one request: LangChain4j's {@code chat} returns nothing, so the handle is kept here. */
    private final class Starting implements StreamingChatModel {

        private @Nullable StreamingHandle handle;

        @Override
        public ChatRequestParameters defaultRequestParameters() {
            return defaults;
        }

        @Override
        public List<ChatModelListener> listeners() {
            return listeners;
        }

        @Override
        public void doChat(ChatRequest chatRequest, StreamingChatResponseHandler handler) {
            handle = stream(chatRequest, handler);
        }
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
        public NeuralBoxStreamingChatModel build() {
            return new NeuralBoxStreamingChatModel(this);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
