package top.neuralbox.testkit.local;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model of the local service.
 *
 * @param slug its name on the wire
 * @param category {@code text}, or a category that does not stream: {@code image}, {@code video}, {@code tts}, {@code stt},
 *     {@code audio}, {@code tool}
 * @param price credits for one answer
 */
record LocalModel(String slug, String category, BigDecimal price) {

    /** The models that the service knows by default. The prices are invented, within the documented range. */
    static Map<String, LocalModel> wellKnown() {
        Map<String, LocalModel> models = new LinkedHashMap<>();
        add(models, "gpt-5", "text", 3);
        add(models, "gpt-5-mini", "text", 1);
        add(models, "claude-sonnet-4-5", "text", 5);
        add(models, "gemini-2.5-pro", "text", 4);
        add(models, "dall-e-3", "image", 8);
        add(models, "veo-3", "video", 40);
        add(models, "tts-1", "tts", 2);
        add(models, "whisper-1", "stt", 2);
        return models;
    }

    private static void add(Map<String, LocalModel> models, String slug, String category, int price) {
        models.put(slug, new LocalModel(slug, category, BigDecimal.valueOf(price)));
    }

    boolean streams() {
        return category.equals("text");
    }

    /** The answer to {@code GET /api/v2/models/{slug}}. */
    Map<String, Object> description() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("slug", slug);
        description.put("name", slug);
        description.put("category", category);
        description.put("provider", "local");
        description.put("min_plan", "starter");
        description.put("token_cost", price);
        description.put("min_token_cost", price);
        description.put("max_token_cost", price);
        description.put("supports_streaming", streams());
        description.put("config", Map.of());
        return description;
    }
}
