package top.neuralbox.examples.relay;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Message;

/**
 * Reads what a page may ask for, and no more: {@code {"prompt": "…"}}, or {@code {"messages": [{"role", "content"}]}}
 * for a conversation, either with a {@code model}. A stranger neither sets other parameters nor speaks as the system.
 */
public final class ChatRequestReader {

    /** Bytes of a request body. Read no more than this and one. */
    public static final int MAX_BODY = 128 * 1024;

    /** UTF-16 units of all messages together. */
    public static final int MAX_TEXT = 32_000;

    public static final int MAX_MESSAGES = 100;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final List<String> models;

    /**
     * @param models what may be asked for; the first one answers where the page names none
     */
    public ChatRequestReader(List<String> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("models must not be empty");
        }
        this.models = List.copyOf(models);
    }

    public GenerationRequest read(byte[] body) throws ChatRefusal {
        if (body.length > MAX_BODY) {
            throw new ChatRefusal(413, "request_too_large", "The request is too large.");
        }
        JsonNode json = parse(body);
        GenerationRequest.Builder request = GenerationRequest.builder().model(model(json.path("model")));
        JsonNode messages = json.path("messages");
        if (messages.isMissingNode()) {
            request.message(Message.user(text(json.path("prompt"), "prompt", MAX_TEXT)));
        } else {
            request.messages(messages(messages));
        }
        return request.build();
    }

    private static JsonNode parse(byte[] body) throws ChatRefusal {
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (IOException notJson) {
            // The same answer as for JSON of another kind.
        }
        throw new ChatRefusal(400, "bad_request", "The request is not a JSON object.");
    }

    private String model(JsonNode json) throws ChatRefusal {
        if (json.isMissingNode()) {
            return models.get(0);
        }
        String model = json.textValue();
        if (model == null || !models.contains(model)) {
            throw invalid("This model is not offered here.");
        }
        return model;
    }

    private static List<Message> messages(JsonNode json) throws ChatRefusal {
        if (!json.isArray() || json.isEmpty() || json.size() > MAX_MESSAGES) {
            throw invalid("messages must be 1 to " + MAX_MESSAGES + " messages.");
        }
        Message[] messages = new Message[json.size()];
        int room = MAX_TEXT;
        for (int i = 0; i < messages.length; i++) {
            String role = json.get(i).path("role").asText();
            if (!role.equals("user") && !role.equals("assistant")) {
                throw invalid("role must be user or assistant.");
            }
            messages[i] = new Message(role, text(json.get(i).path("content"), "content", room));
            room -= messages[i].content().length();
        }
        return List.of(messages);
    }

    private static String text(JsonNode json, String name, int room) throws ChatRefusal {
        String text = json.textValue();
        if (text == null || text.isBlank()) {
            throw invalid(name + " must be a text that is not empty.");
        }
        if (text.length() > room) {
            throw invalid("The text is too long: " + MAX_TEXT + " characters are allowed, the conversation included.");
        }
        return text;
    }

    private static ChatRefusal invalid(String message) {
        return new ChatRefusal(422, "validation_error", message);
    }
}
