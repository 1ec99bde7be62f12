package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;

/** What a stream has told so far: LangChain4j wants all of it once more at the end. */
final class AnswerSoFar {

    private final GenerationRequest request;
    private final StringBuilder text = new StringBuilder();
    private @Nullable String id;
    private @Nullable String model;

    AnswerSoFar(GenerationRequest request) {
        this.request = request;
    }

    void started(GenerationEvent.Start start) {
        id = start.id();
        model = start.model();
    }

    void add(String piece) {
        text.append(piece);
    }

    ChatResponse complete(GenerationEvent.End end) {
        return ResponseMapping.response(
                text.toString(),
                NeuralBoxChatResponseMetadata.builder()
                        .id(end.id() == null ? id : end.id())
                        .modelName(ResponseMapping.modelName(model, request))
                        .billing(end.billing())
                        .build());
    }
}
