package top.neuralbox.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What an application writes that gets the data of an event as a string from its SSE library: a tree of it. */
public final class Payloads {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Payloads() {}

    /**
     * Reads one event's data.
     *
     * @return whether more may come
     */
    public static boolean read(String data, DeltaSink sink) {
        if (data.equals("[DONE]")) {
            return false;
        }
        try {
            JsonNode event = MAPPER.readTree(data);
            if (event.path("type").asText().equals("content_delta")) {
                sink.delta(event.path("delta").asText());
            }
            return true;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
