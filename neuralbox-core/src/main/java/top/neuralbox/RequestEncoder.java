package top.neuralbox;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the body of a request (wire contract, parts A and B): what is set, and nothing else. */
final class RequestEncoder {

    /** Up to so many zeros a number is written out, for a service may take {@code 1E+3} for a fraction. */
    private static final int GREATEST_PLAIN_SCALE = 64;

    private RequestEncoder() {}

    /**
     * The request as JSON in UTF-8. Lone surrogates are written as escapes, so that no prompt can fail.
     *
     * @param stream whether to ask for events
     */
    static byte[] encode(GenerationRequest request, boolean stream) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(512);
        try (JsonGenerator json = Json.generator(body)) {
            json.writeStartObject();
            writeText(json, "model", request.model());
            writeText(json, "assistant_id", request.assistantId());
            writeText(json, "prompt", request.prompt());
            writeMessages(json, request.messages());
            writeText(json, "system", request.system());
            if (request.temperature() != null) {
                json.writeNumberField("temperature", request.temperature());
            }
            if (request.maxTokens() != null) {
                json.writeNumberField("max_tokens", request.maxTokens());
            }
            if (!request.modelParams().isEmpty()) {
                json.writeObjectFieldStart("params");
                writeFields(json, request.modelParams());
                json.writeEndObject();
            }
            writeFields(json, request.bodyFields());
            json.writeBooleanField("stream", stream);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body.toByteArray();
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String text) throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }

    private static void writeMessages(JsonGenerator json, List<Message> messages) throws IOException {
        if (messages.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("messages");
        for (Message message : messages) {
            json.writeStartObject();
            json.writeStringField("role", message.role());
            json.writeStringField("content", message.content());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeFields(JsonGenerator json, Map<?, ?> fields) throws IOException {
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            json.writeFieldName((String) field.getKey());
            writeValue(json, field.getValue());
        }
    }

    /** Writes a value that the request has checked, its depth included. */
    private static void writeValue(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof String text) {
            json.writeString(text);
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof BigDecimal number) {
            json.writeNumber(exact(number));
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                writeValue(json, element);
            }
            json.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            writeFields(json, map);
            json.writeEndObject();
        } else {
            throw new IllegalArgumentException("JSON has no " + value.getClass().getName());
        }
    }

    private static String exact(BigDecimal number) {
        boolean plain = number.scale() <= GREATEST_PLAIN_SCALE && number.scale() >= -GREATEST_PLAIN_SCALE;
        return plain ? number.toPlainString() : number.toString();
    }
}
