package top.neuralbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.json.JsonObjectWriter;

/** Writes the body of a request (wire contract, parts A and B). A field that is not set is left out. */
final class RequestEncoder {

    private RequestEncoder() {}

    /**
     * Returns the request as JSON in UTF-8.
     *
     * @param stream whether to ask for events
     */
    static byte[] encode(GenerationRequest request, boolean stream) {
        JsonObjectWriter json = new JsonObjectWriter()
                .fieldIfSet("model", request.model())
                .fieldIfSet("assistant_id", request.assistantId())
                .fieldIfSet("prompt", request.prompt())
                .fieldIfSet("messages", messages(request))
                .fieldIfSet("system", request.system())
                .fieldIfSet("temperature", request.temperature())
                .fieldIfSet("max_tokens", request.maxTokens())
                .fieldIfSet("params", request.modelParams().isEmpty() ? null : request.modelParams());
        request.bodyFields().forEach(json::field);
        return json.field("stream", stream).close();
    }

    private static @Nullable List<Map<String, String>> messages(GenerationRequest request) {
        return request.messages().isEmpty()
                ? null
                : request.messages().stream().map(RequestEncoder::message).toList();
    }

    private static Map<String, String> message(Message message) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        fields.put("content", message.content());
        return fields;
    }
}
