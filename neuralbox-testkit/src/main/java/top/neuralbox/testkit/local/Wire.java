package top.neuralbox.testkit.local;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service's JSON objects, in one of the two spellings. */
final class Wire {

    /** The integer id in the documentation's own example. */
    private static final long FIRST_INTEGER = 18_473;

    private final WireSpelling spelling;

    Wire(WireSpelling spelling) {
        this.spelling = spelling;
    }

    /** The id of the generation with this number, counted from 0. */
    Object id(long number) {
        return spelling == WireSpelling.FIRST ? String.format("gen_%012d", number) : FIRST_INTEGER + number;
    }

    Map<String, @Nullable Object> start(Object id, String model) {
        Map<String, @Nullable Object> event = event("generation_start");
        event.put("id", id);
        event.put(modelField(), model);
        return event;
    }

    Map<String, @Nullable Object> delta(String text) {
        Map<String, @Nullable Object> event = event("content_delta");
        event.put("delta", text);
        return event;
    }

    Map<String, @Nullable Object> end(Object id, BigDecimal charged, BigDecimal balance) {
        Map<String, @Nullable Object> event = event("generation_end");
        event.put("id", id);
        putBilling(event, charged, balance);
        return event;
    }

    Map<String, @Nullable Object> error(String message) {
        Map<String, @Nullable Object> event = event("error");
        event.put("message", message);
        return event;
    }

    Map<String, @Nullable Object> text(
            Object id, String model, String text, BigDecimal charged, BigDecimal balance, String createdAt) {
        Map<String, @Nullable Object> answer = answer(id, "completed", model);
        answer.put(spelling == WireSpelling.FIRST ? "content" : "result_text", text);
        return completed(answer, charged, balance, createdAt);
    }

    Map<String, @Nullable Object> media(
            Object id, String model, String url, BigDecimal charged, BigDecimal balance, String createdAt) {
        Map<String, @Nullable Object> answer = answer(id, "completed", model);
        if (spelling == WireSpelling.FIRST) {
            answer.put("url", url);
        } else {
            answer.put("result_text", null);
            answer.put("result_url", url);
            answer.put("thumbnail_url", url + "/thumbnail");
        }
        return completed(answer, charged, balance, createdAt);
    }

    Map<String, @Nullable Object> pending(Object id, String model, long progress, long etaSeconds) {
        Map<String, @Nullable Object> answer = answer(id, "pending", model);
        answer.put("progress", progress);
        answer.put("eta_seconds", etaSeconds);
        return answer;
    }

    Map<String, @Nullable Object> failed(Object id, String model, String error) {
        Map<String, @Nullable Object> answer = answer(id, "failed", model);
        answer.put("error", error);
        return answer;
    }

    private Map<String, @Nullable Object> completed(
            Map<String, @Nullable Object> answer, BigDecimal charged, BigDecimal balance, String createdAt) {
        putBilling(answer, charged, balance);
        if (spelling == WireSpelling.FIRST) {
            answer.put("usage", Map.of());
            answer.put("created_at", createdAt);
        } else {
            answer.put("error", null);
            answer.put("processing_ms", 1842L);
            answer.put("result_metadata", null);
        }
        return answer;
    }

    private void putBilling(Map<String, @Nullable Object> object, BigDecimal charged, BigDecimal balance) {
        if (spelling == WireSpelling.FIRST) {
            object.put("tokens_used", charged);
            object.put("balance_remaining", balance);
        } else {
            object.put("tokens_spent", charged);
        }
    }

    private Map<String, @Nullable Object> answer(Object id, String status, String model) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        answer.put("status", status);
        answer.put(modelField(), model);
        return answer;
    }

    private String modelField() {
        return spelling == WireSpelling.FIRST ? "model" : "model_slug";
    }

    private static Map<String, @Nullable Object> event(String type) {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("type", type);
        return event;
    }
}
