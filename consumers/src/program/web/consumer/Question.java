package consumer;

import java.util.List;
import top.neuralbox.GenerationRequest;

/** What the chat page sends. This application answers its last message. */
public record Question(String model, List<Message> messages) {

    public record Message(String role, String content) {}

    GenerationRequest request() {
        return GenerationRequest.of(model, messages.get(messages.size() - 1).content());
    }
}
