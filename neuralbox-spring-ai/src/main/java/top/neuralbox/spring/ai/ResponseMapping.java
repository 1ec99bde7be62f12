package top.neuralbox.spring.ai;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatResponse;

/** Text and metadata as a response of Spring AI. Its usage is empty and its finish reason is null: the service tells neither. */
final class ResponseMapping {

    private ResponseMapping() {}

    static ChatResponse response(
            String text, @Nullable String id, @Nullable String model, @Nullable NeuralBoxChatMetadata own) {
        ChatResponseMetadata.Builder metadata = ChatResponseMetadata.builder();
        if (id != null) {
            metadata.id(id);
        }
        if (model != null) {
            metadata.model(model);
        }
        if (own != null) {
            metadata.keyValue(NeuralBoxChatMetadata.KEY, own);
        }
        return new ChatResponse(
                List.of(new org.springframework.ai.chat.model.Generation(new AssistantMessage(text))),
                metadata.build());
    }
}
