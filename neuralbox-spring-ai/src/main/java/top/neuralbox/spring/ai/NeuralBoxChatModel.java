package top.neuralbox.spring.ai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;

/**
 * A {@link ChatModel} of Spring AI whose answers come from NeuralBox. Thread-safe; it holds nothing but the client, which
 * the caller still has to close. The package's description says what is refused, and which errors come.
 *
 * <p>{@link #call} blocks its thread, and fails with an {@link IllegalStateException} on an event loop.
 *
 * <p>{@link #stream} is cold: each subscription is one paid call, which the first demand sends. Demand reaches the service:
 * there is no buffer in between, and a subscriber that asks for no more holds the service back. (A {@code ChatClient} puts a
 * buffer of its own in between.) Cancelling the subscription stops the paid stream. There is one response for each piece,
 * and a last one with no text and the bill. An answer that is not complete is an error, never a short answer. Events of
 * types that the client does not know are left out.
 *
 * <p>Signals come on the engine's thread: do not block there, or build the client with an executor ({@link
 * NeuralBox.Builder#executor}).
 *
 * <p>Calls are observed by Spring AI's conventions, with the provider {@code neuralbox}.
 *
 * @since 0.1.0
 */
public final class NeuralBoxChatModel implements ChatModel {

    private static final String PROVIDER = "neuralbox";
    private static final ChatModelObservationConvention DEFAULT_CONVENTION =
            new DefaultChatModelObservationConvention();

    private final NeuralBox neuralBox;
    private final NeuralBoxChatOptions options;
    private final ObservationRegistry observationRegistry;
    private final @Nullable ChatModelObservationConvention observationConvention;

    private NeuralBoxChatModel(Builder builder) {
        this.neuralBox = builder.neuralBox;
        this.options = builder.options;
        this.observationRegistry = builder.observationRegistry;
        this.observationConvention = builder.observationConvention;
    }

    /** A builder for a model that generates with this client. */
    public static Builder builder(NeuralBox neuralBox) {
        return new Builder(neuralBox);
    }

    @Override
    public NeuralBoxChatOptions getOptions() {
        return options;
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        Prompt complete = RequestMapping.complete(prompt, options);
        GenerationRequest request = RequestMapping.request(complete);
        ChatModelObservationContext context = context(complete, false);
        FencedObservation observation = fenced(observation(context));
        observation.start();
        Runnable close = observation.open();
        try {
            ChatResponse response = generate(request);
            context.setResponse(response);
            return response;
        } catch (Throwable failure) {
            observation.error(failure);
            throw failure;
        } finally {
            close.run();
            observation.stop();
        }
    }

    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        Objects.requireNonNull(prompt, "prompt");
        return Flux.deferContextual(subscriber -> {
            Prompt complete = RequestMapping.complete(prompt, options);
            return observed(complete, RequestMapping.request(complete), subscriber);
        });
    }

    /** The client's name, endpoint and transport, without its key. */
    @Override
    public String toString() {
        return "NeuralBoxChatModel[" + neuralBox + "]";
    }

    private ChatResponse generate(GenerationRequest request) {
        try {
            Generation generation = neuralBox.generate(request);
            return ResponseMapping.response(
                    generation.text(),
                    generation.id(),
                    generation.model() == null ? request.model() : generation.model(),
                    new NeuralBoxChatMetadata(generation.billing(), generation.requestId(), generation.rateLimits()));
        } catch (NeuralBoxException e) {
            throw FailureMapping.failure(e);
        }
    }

    private Flux<ChatResponse> observed(Prompt prompt, GenerationRequest request, ContextView subscriber) {
        ChatModelObservationContext context = context(prompt, true);
        Observation observation = observation(context);
        Observation parent = subscriber.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
        if (parent != null) {
            observation.parentObservation(parent);
        }
        FencedObservation fenced = fenced(observation);
        fenced.start();
        StreamedAnswer answer = new StreamedAnswer(request);
        StreamObservation observed = new StreamObservation(fenced, context, answer);
        // Not Spring AI's aggregator: it loses the bill, and logs each failure as an error of its own.
        return JdkFlowAdapter.flowPublisherToFlux(observed.of(neuralBox.publish(request)))
                .<ChatResponse>handle((event, sink) -> {
                    try {
                        ChatResponse response = answer.response(event);
                        if (response != null) {
                            sink.next(response);
                        }
                    } catch (RuntimeException unmapped) {
                        // Before Reactor cancels the generation, which stops the observation.
                        observed.error(unmapped);
                        throw unmapped;
                    }
                })
                .onErrorMap(NeuralBoxException.class, FailureMapping::failure)
                .doOnError(observed::error)
                // Before the subscriber hears of the end: it may look at the meters at once.
                .doOnTerminate(observed::stop)
                .contextWrite(written -> written.put(ObservationThreadLocalAccessor.KEY, observation));
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                observationConvention, DEFAULT_CONVENTION, () -> context, observationRegistry);
    }

    private FencedObservation fenced(Observation observation) {
        return new FencedObservation(observation, observationRegistry);
    }

    private static ChatModelObservationContext context(Prompt prompt, boolean streaming) {
        return ChatModelObservationContext.builder()
                .prompt(prompt)
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
    }

    /** Builds a model. Not thread-safe. Nothing is required if each prompt names its model or assistant. */
    public static final class Builder {

        private final NeuralBox neuralBox;
        private NeuralBoxChatOptions options = NeuralBoxChatOptions.builder().build();
        private ObservationRegistry observationRegistry = ObservationRegistry.NOOP;
        private @Nullable ChatModelObservationConvention observationConvention;

        private Builder(NeuralBox neuralBox) {
            this.neuralBox = Objects.requireNonNull(neuralBox, "neuralBox");
        }

        /**
         * Sets the options of prompts that do not set their own. Give {@link NeuralBoxChatOptions} for a tenant, an estimate, an
         * assistant or further fields. Default: none.
         */
        public Builder options(ChatOptions options) {
            this.options = RequestMapping.options(
                    Objects.requireNonNull(options, "options"),
                    NeuralBoxChatOptions.builder().build());
            return this;
        }

        /** Sets the registry that observes the calls. Default: they are not observed. */
        public Builder observationRegistry(ObservationRegistry registry) {
            this.observationRegistry = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Sets the names and tags of observations. Default: Spring AI's. */
        public Builder observationConvention(ChatModelObservationConvention convention) {
            this.observationConvention = Objects.requireNonNull(convention, "convention");
            return this;
        }

        /**
         * Builds the model.
         *
         * @throws UnsupportedOperationException if the options ask for what the service does not have
         */
        public NeuralBoxChatModel build() {
            RequestMapping.requireSupported(options);
            return new NeuralBoxChatModel(this);
        }
    }
}
