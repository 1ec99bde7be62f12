package top.neuralbox.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;

/** A complete generation as a response of LangChain4j. */
final class ResponseMapping {

    private ResponseMapping() {}

    static ChatResponse response(Generation generation, GenerationRequest request) {
        return response(
                generation.text(),
                NeuralBoxChatResponseMetadata.builder()
                        .id(generation.id())
                        .modelName(modelName(generation.model(), request))
                        .billing(generation.billing())
                        .requestId(generation.requestId())
                        .rateLimits(generation.rateLimits())
                        .build());
    }

    static ChatResponse response(String text, NeuralBoxChatResponseMetadata metadata) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(text))
                .metadata(metadata)
                .build();
    }

    /** The model that answered, or else the one that was asked for. */
    static @Nullable String modelName(@Nullable String answering, GenerationRequest request) {
        return answering == null ? request.model() : answering;
    }
}
