package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import org.junit.jupiter.api.Nested;

/**
 * LangChain4j's own suite for models that wait or hand out a future. The same assertions are switched off as in {@link
 * StreamingChatModelSuiteTest}, for the same reasons.
 */
class ChatModelSuiteTest {

    @Nested
    class OnHttpClient extends Suite {

        OnHttpClient() {
            super(Carrier.HTTPCLIENT);
        }
    }

    @Nested
    class OnVertx extends Suite {

        OnVertx() {
            super(Carrier.VERTX);
        }
    }

    abstract static class Suite extends AbstractChatModelIT {

        private final Carrier carrier;

        Suite(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        protected List<ChatModel> models() {
            return List.of(builder().build());
        }

        @Override
        protected ChatModel createModelWith(ChatRequestParameters parameters) {
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
        protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
            return NeuralBoxChatResponseMetadata.class;
        }

        @Override
        protected boolean supportsChatAsync() {
            return true;
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

        private NeuralBoxChatModel.Builder builder() {
            return NeuralBoxChatModel.builder(carrier.client(SuiteService.SERVICE))
                    .modelName(SuiteService.MODEL);
        }
    }
}
