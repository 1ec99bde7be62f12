package top.neuralbox.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelPublisherListenerTest;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * LangChain4j's own suites for what its listeners are told. Switched off are {@code assertTokenUsage} and {@code assertFinishReason},
 * because the service tells neither; tools are left out of the request, and {@code topP} is null, because the service has neither.
 *
 * <p>That of publishers sleeps for seconds to see that nothing more is told, so it runs with the slow tests.
 *
 * <p>{@code AbstractChatModelListenerIT} wants a count of tokens and has no switch for it, so it cannot run; {@link
 * NeuralBoxChatModelTest} has tests in its place.
 */
class ListenerSuitesTest {

    @Nested
    class StreamingOnHttpClient extends Streaming {

        StreamingOnHttpClient() {
            super(Carrier.HTTPCLIENT);
        }
    }

    @Nested
    class StreamingOnVertx extends Streaming {

        StreamingOnVertx() {
            super(Carrier.VERTX);
        }
    }

    @Nested
    @Tag("slow")
    @Logs("a Flow.Subscriber of a generation threw")
    class PublishingOnHttpClient extends Publishing {

        PublishingOnHttpClient() {
            super(Carrier.HTTPCLIENT);
        }
    }

    @Nested
    @Tag("slow")
    @Logs("a Flow.Subscriber of a generation threw")
    class PublishingOnVertx extends Publishing {

        PublishingOnVertx() {
            super(Carrier.VERTX);
        }
    }

    private static Fault refusal() {
        return Fault.refuse(401, "not_authenticated", "no such key");
    }

    abstract static class Streaming extends AbstractStreamingChatModelListenerIT {

        private final Carrier carrier;

        Streaming(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        protected StreamingChatModel createModel(ChatModelListener listener) {
            ChatRequestParameters parameters = ChatRequestParameters.builder()
                    .modelName(modelName())
                    .temperature(temperature())
                    .maxOutputTokens(maxTokens())
                    .build();
            return NeuralBoxStreamingChatModel.builder(carrier.client(SuiteService.SERVICE))
                    .defaultRequestParameters(parameters)
                    .listeners(List.of(listener))
                    .build();
        }

        @Override
        protected StreamingChatModel createFailingModel(ChatModelListener listener) {
            SuiteService.SERVICE.misbehave(refusal());
            return createModel(listener);
        }

        @Override
        protected String modelName() {
            return SuiteService.MODEL;
        }

        @Override
        protected Double topP() {
            return null;
        }

        @Override
        protected Class<? extends Exception> expectedExceptionClass() {
            return AuthenticationException.class;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean assertTokenUsage() {
            return false;
        }

        @Override
        protected boolean assertFinishReason() {
            return false;
        }
    }

    abstract static class Publishing extends AbstractStreamingChatModelPublisherListenerTest {

        private final Carrier carrier;
        private LocalNeuralBox service;

        Publishing(Carrier carrier) {
            this.carrier = carrier;
        }

        @AfterEach
        void stop() {
            service.close();
        }

        @Override
        protected StreamingChatModel createModel(ChatModelListener listener, StreamScenario scenario) {
            service = LocalNeuralBox.builder()
                    .balance(BigDecimal.valueOf(100))
                    .deltas(Collections.nCopies(scenario.contentChunks(), "word "))
                    .pace(Duration.ofMillis(scenario.spreadOverMillis() / Math.max(1, scenario.contentChunks())))
                    .start();
            if (scenario.fail()) {
                service.misbehave(refusal());
            }
            return NeuralBoxStreamingChatModel.builder(carrier.client(service))
                    .modelName(SuiteService.MODEL)
                    .listeners(List.of(listener))
                    .build();
        }
    }
}
