package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.common.StreamingMode;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import top.neuralbox.logs.Logs;

/**
 * LangChain4j's own suite for streaming models, by handlers and by publishers. These of its assertions are switched off:
 *
 * <ul>
 *   <li>{@code assertTokenUsage}, {@code assertFinishReason}: the service tells neither, so both are null.
 *   <li>{@code assertTimesOnPartialResponseWasCalled}: it wants as many pieces as there are tokens, and the local service has its own
 *       pieces.
 * </ul>
 *
 * <p>The service has no stop sequences, tools, response format of JSON, and images. The suite's tests of them are replaced by its tests
 * that each is refused with an {@code UnsupportedFeatureException}; these run.
 *
 * <p>{@code should_cancel_streaming} waits half a minute for a response that must not come, so it runs with the slow tests.
 */
class StreamingChatModelSuiteTest {

    @Nested
    @Logs("a StreamingChatResponseHandler threw in onError")
    class OnHttpClient extends Suite {

        OnHttpClient() {
            super(Carrier.HTTPCLIENT, false);
        }
    }

    @Nested
    @Logs("a StreamingChatResponseHandler threw in onError")
    class OnVertx extends Suite {

        OnVertx() {
            super(Carrier.VERTX, false);
        }
    }

    @Nested
    @Tag("slow")
    @Logs("a StreamingChatResponseHandler threw in onError")
    class CancellingOnHttpClient extends Suite {

        CancellingOnHttpClient() {
            super(Carrier.HTTPCLIENT, true);
        }
    }

    @Nested
    @Tag("slow")
    @Logs("a StreamingChatResponseHandler threw in onError")
    class CancellingOnVertx extends Suite {

        CancellingOnVertx() {
            super(Carrier.VERTX, true);
        }
    }

    abstract static class Suite extends AbstractStreamingChatModelIT {

        private final Carrier carrier;
        private final boolean cancelling;

        Suite(Carrier carrier, boolean cancelling) {
            this.carrier = carrier;
            this.cancelling = cancelling;
        }

        @Override
        protected List<StreamingMode> streamingModes() {
            return List.of(StreamingMode.HANDLER, StreamingMode.PUBLISHER);
        }

        @Override
        protected List<StreamingChatModel> baseModels() {
            return List.of(builder().build());
        }

        @Override
        public StreamingChatModel createModelWith(ChatModelListener listener) {
            return builder().listeners(List.of(listener)).build();
        }

        @Override
        protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
            return builder().defaultRequestParameters(parameters).build();
        }

        @Override
        protected String customModelName() {
            return SuiteService.OTHER_MODEL;
        }

        @Override
        protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
            return NeuralBoxChatRequestParameters.builder()
                    .maxOutputTokens(maxOutputTokens)
                    .build();
        }

        @Override
        protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
            return NeuralBoxChatResponseMetadata.class;
        }

        @Override
        protected boolean supportsStreamingCancellation() {
            return cancelling;
        }

        @Override
        protected boolean supportsStopSequencesParameter() {
            return false;
        }

        @Override
        protected boolean supportsTools() {
            return false;
        }

        @Override
        protected boolean supportsToolChoiceRequired() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormat() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithSchema() {
            return false;
        }

        @Override
        protected boolean supportsJsonResponseFormatWithRawSchema() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsBase64EncodedString() {
            return false;
        }

        @Override
        protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
            return false;
        }

        @Override
        protected boolean supportsSingleImageInputAsPublicURL() {
            return false;
        }

        @Override
        protected boolean supportsMultipleImageInputsAsPublicURLs() {
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

        @Override
        protected boolean assertTimesOnPartialResponseWasCalled() {
            return false;
        }

        private NeuralBoxStreamingChatModel.Builder builder() {
            return NeuralBoxStreamingChatModel.builder(carrier.client(SuiteService.SERVICE))
                    .modelName(SuiteService.MODEL);
        }
    }
}
