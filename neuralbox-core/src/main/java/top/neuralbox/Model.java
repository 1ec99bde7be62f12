package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/**
 * The service's description of a model. Prices are exact, in credits for one answer. A value that is missing, or has another
 * type, is null. Immutable.
 *
 * @since 0.1.0
 */
public final class Model {

    private final Fields fields = new Fields();
    private final RateLimits rateLimits;
    private final String json;

    Model(byte[] body, ResponseContext response) throws MalformedJsonException {
        json = response.redaction()
                .ofText(JsonObjectReader.read(
                        body, 0, body.length, (name, reader) -> fields.take(name, reader, response.redaction())));
        rateLimits = response.rateLimits();
    }

    /** The name to use in requests. */
    public @Nullable String slug() {
        return fields.slug;
    }

    /** The name to show to users. */
    public @Nullable String name() {
        return fields.name;
    }

    /** {@code text}, {@code image}, {@code video}, {@code tts}, {@code stt}, {@code audio}, {@code tool}, or a new one. */
    public @Nullable String category() {
        return fields.category;
    }

    /** The company that runs it. */
    public @Nullable String provider() {
        return fields.provider;
    }

    /** The lowest plan that includes it. */
    public @Nullable String minPlan() {
        return fields.minPlan;
    }

    /** The usual price; {@code token_cost} on the wire. */
    public @Nullable BigDecimal price() {
        return fields.price;
    }

    /** The lowest price of an answer; the usual price if the service gives no other. */
    public @Nullable BigDecimal minPrice() {
        return fields.minPrice == null ? fields.price : fields.minPrice;
    }

    /** The highest price of an answer; the usual price if the service gives no other. */
    public @Nullable BigDecimal maxPrice() {
        return fields.maxPrice == null ? fields.price : fields.maxPrice;
    }

    /** Whether it can be streamed. If the service does not say, only text models can (wire contract, part A). */
    public boolean supportsStreaming() {
        return fields.supportsStreaming == null ? "text".equals(fields.category) : fields.supportsStreaming;
    }

    /** The model's settings as JSON text. */
    public @Nullable String configJson() {
        return fields.configJson;
    }

    /** The account's rate limits, as the response reported them; a figure that it did not report is null. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The whole answer as it came. */
    public String json() {
        return json;
    }

    @Override
    public String toString() {
        return "Model[slug=" + slug() + ", category=" + category() + ", price=" + minPrice() + " to " + maxPrice()
                + "]";
    }

    /** What was read (wire contract, part B). Nothing writes to it after the constructor. */
    private static final class Fields {

        private @Nullable String slug;
        private @Nullable String name;
        private @Nullable String category;
        private @Nullable String provider;
        private @Nullable String minPlan;
        private @Nullable BigDecimal price;
        private @Nullable BigDecimal minPrice;
        private @Nullable BigDecimal maxPrice;
        private @Nullable Boolean supportsStreaming;
        private @Nullable String configJson;

        void take(String field, JsonObjectReader reader, Redaction redaction) throws MalformedJsonException {
            switch (field) {
                case "slug" -> slug = redaction.ofName(reader.text());
                case "name" -> name = redaction.ofName(reader.text());
                case "category" -> category = redaction.ofName(reader.text());
                case "provider" -> provider = redaction.ofName(reader.text());
                case "min_plan" -> minPlan = redaction.ofName(reader.text());
                case "token_cost" -> price = reader.number();
                case "min_token_cost" -> minPrice = reader.number();
                case "max_token_cost" -> maxPrice = reader.number();
                case "supports_streaming" -> supportsStreaming = reader.truth();
                case "config" -> configJson = redaction.of(reader.json());
                default -> {}
            }
        }
    }
}
