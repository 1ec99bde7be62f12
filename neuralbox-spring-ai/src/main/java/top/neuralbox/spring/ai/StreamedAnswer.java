package top.neuralbox.spring.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;

/** One subscription's stream: a response for each piece, and one with the bill at the end. */
final class StreamedAnswer {

    private final StringBuilder text = new StringBuilder();
    private @Nullable String id;
    private @Nullable String model;
    private @Nullable ChatResponse complete;

    StreamedAnswer(GenerationRequest request) {
        this.model = request.model();
    }

    /** The response that the event makes; null if it makes none. */
    @Nullable
    ChatResponse response(GenerationEvent event) {
        if (event instanceof GenerationEvent.Delta delta && !delta.text().isEmpty()) {
            text.append(delta.text());
            return ResponseMapping.response(delta.text(), id, model, null);
        }
        if (event instanceof GenerationEvent.Start start) {
            id = start.id();
            model = start.model() == null ? model : start.model();
        }
        return event instanceof GenerationEvent.End end ? end(end) : null;
    }

    /** All of the answer in one response; null if it has not ended. */
    @Nullable
    ChatResponse complete() {
        return complete;
    }

    private ChatResponse end(GenerationEvent.End end) {
        id = end.id() == null ? id : end.id();
        NeuralBoxChatMetadata told = new NeuralBoxChatMetadata(end.billing(), null, null);
        complete = ResponseMapping.response(text.toString(), id, model, told);
        return ResponseMapping.response("", id, model, told);
    }
}
