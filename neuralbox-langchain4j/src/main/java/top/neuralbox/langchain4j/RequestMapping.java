package top.neuralbox.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Message;

/** What LangChain4j asks for, as a request of NeuralBox, or a refusal that names what the service does not have. */
final class RequestMapping {

    private RequestMapping() {}

    static GenerationRequest request(ChatRequest chatRequest) {
        ChatRequestParameters parameters = chatRequest.parameters();
        requireSupported(parameters);
        GenerationRequest.Builder request = GenerationRequest.builder();
        for (ChatMessage message : chatRequest.messages()) {
            request.message(message(message));
        }
        if (parameters.modelName() != null) {
            request.model(parameters.modelName());
        }
        if (parameters.temperature() != null) {
            request.temperature(parameters.temperature());
        }
        if (parameters.maxOutputTokens() != null) {
            request.maxTokens(parameters.maxOutputTokens());
        }
        if (parameters instanceof NeuralBoxChatRequestParameters own) {
            own.applyTo(request);
        }
        return request.build();
    }

    static void requireSupported(ChatRequestParameters parameters) {
        // AUTO and NONE ask for nothing when there are no tools.
        if (parameters.toolChoice() == ToolChoice.REQUIRED) {
            throw unsupported("ToolChoice.REQUIRED");
        }
        if (parameters.responseFormat() != null && parameters.responseFormat().type() == ResponseFormatType.JSON) {
            throw unsupported("a JSON response format");
        }
        refuse("topP", parameters.topP());
        refuse("topK", parameters.topK());
        refuse("frequencyPenalty", parameters.frequencyPenalty());
        refuse("presencePenalty", parameters.presencePenalty());
        refuse("stopSequences", parameters.stopSequences());
        refuse("toolSpecifications", parameters.toolSpecifications());
    }

    private static void refuse(String name, @Nullable Object value) {
        if (value != null && !(value instanceof Collection<?> several && several.isEmpty())) {
            throw unsupported(name);
        }
    }

    private static Message message(ChatMessage message) {
        if (message instanceof SystemMessage system) {
            return Message.system(system.text());
        }
        if (message instanceof UserMessage user) {
            return Message.user(text(user));
        }
        if (message instanceof AiMessage answer) {
            return Message.assistant(text(answer));
        }
        throw unsupported("a message of type " + lowerCase(message.type()));
    }

    private static String text(UserMessage message) {
        if (message.name() != null) {
            throw unsupported("the name of a user");
        }
        StringBuilder text = new StringBuilder();
        for (Content content : message.contents()) {
            if (!(content instanceof TextContent part)) {
                throw unsupported("content of type " + lowerCase(content.type()));
            }
            text.append(text.isEmpty() ? "" : "\n").append(part.text());
        }
        return text.toString();
    }

    private static String text(AiMessage message) {
        if (message.hasToolExecutionRequests()) {
            throw unsupported("an answer with tool execution requests");
        }
        if (!message.images().isEmpty()) {
            throw unsupported("an answer with images");
        }
        return message.text() == null ? "" : message.text();
    }

    private static UnsupportedFeatureException unsupported(String feature) {
        return new UnsupportedFeatureException("NeuralBox does not support " + feature + "; nothing was sent");
    }

    private static String lowerCase(Enum<?> type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
