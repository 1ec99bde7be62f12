package top.neuralbox.spring.ai;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.MediaContent;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Message;

/** What Spring AI asks for, as a request of NeuralBox, or a refusal that names what the service does not have. */
final class RequestMapping {

    private RequestMapping() {}

    /** The prompt with these options under its own, so that observations see what is sent. */
    static Prompt complete(Prompt prompt, NeuralBoxChatOptions defaults) {
        return new Prompt(prompt.getInstructions(), options(prompt.getOptions(), defaults));
    }

    static NeuralBoxChatOptions options(@Nullable ChatOptions options, NeuralBoxChatOptions defaults) {
        if (options == null) {
            return defaults;
        }
        if (options instanceof StructuredOutputChatOptions structured) {
            refuse("outputSchema", structured.getOutputSchema());
        }
        return defaults.mutate()
                .combineWith(NeuralBoxChatOptions.builderOf(options))
                .build();
    }

    /** Of a prompt that is complete. */
    static GenerationRequest request(Prompt complete) {
        if (!(complete.getOptions() instanceof NeuralBoxChatOptions options)) {
            throw new IllegalArgumentException("the prompt has no NeuralBoxChatOptions");
        }
        requireSupported(options);
        GenerationRequest.Builder request = GenerationRequest.builder();
        for (org.springframework.ai.chat.messages.Message message : complete.getInstructions()) {
            request.message(message(message));
        }
        options.applyTo(request);
        return request.build();
    }

    static void requireSupported(NeuralBoxChatOptions options) {
        refuse("topP", options.getTopP());
        refuse("topK", options.getTopK());
        refuse("frequencyPenalty", options.getFrequencyPenalty());
        refuse("presencePenalty", options.getPresencePenalty());
        refuse("stopSequences", options.getStopSequences());
        refuse("tools", options.getToolCallbacks());
    }

    private static void refuse(String name, @Nullable Object value) {
        if (value != null && !(value instanceof Collection<?> several && several.isEmpty())) {
            throw unsupported(name);
        }
    }

    private static Message message(org.springframework.ai.chat.messages.Message message) {
        if (message instanceof MediaContent content && !content.getMedia().isEmpty()) {
            throw unsupported("a message with media");
        }
        if (message instanceof AssistantMessage answer && answer.hasToolCalls()) {
            throw unsupported("an answer with tool calls");
        }
        String text = message.getText() == null ? "" : message.getText();
        return switch (message.getMessageType()) {
            case SYSTEM -> Message.system(text);
            case USER -> Message.user(text);
            case ASSISTANT -> Message.assistant(text);
            case TOOL -> throw unsupported("a message with results of tools");
        };
    }

    private static UnsupportedOperationException unsupported(String feature) {
        return new UnsupportedOperationException("NeuralBox does not support " + feature + "; nothing was sent");
    }
}
