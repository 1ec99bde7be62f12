package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What the service tells of a model. Prices are credits for one answer, exact; what the service left out, or wrote as
 * anything else, is null. Immutable.
 *
 * @since 0.1.0
 */
public final class Model {

    private final @Nullable String slug;
    private final @Nullable String name;
    private final @Nullable String category;
    private final @Nullable String provider;
    private final @Nullable String minPlan;
    private final @Nullable BigDecimal price;
    private final @Nullable BigDecimal minPrice;
    private final @Nullable BigDecimal maxPrice;
    private final @Nullable Boolean supportsStreaming;
    private final @Nullable String configJson;
    private final RateLimits rateLimits;
    private final String json;

    Model(AccountFields fields, RateLimits rateLimits) {
        this.slug = fields.slug;
        this.name = fields.name;
        this.category = fields.category;
        this.provider = fields.provider;
        this.minPlan = fields.minPlan;
        this.price = fields.tokenCost;
        this.minPrice = fields.minTokenCost;
        this.maxPrice = fields.maxTokenCost;
        this.supportsStreaming = fields.supportsStreaming;
        this.configJson = fields.configJson;
        this.rateLimits = rateLimits;
        this.json = fields.json;
    }

    /** The name by which a request asks for it. */
    public @Nullable String slug() {
        return slug;
    }

    /** The name for people. */
    public @Nullable String name() {
        return name;
    }

    /** {@code text}, {@code image}, {@code video}, {@code tts}, {@code stt}, {@code audio}, {@code tool}, or a new one. */
    public @Nullable String category() {
        return category;
    }

    /** Who runs it. */
    public @Nullable String provider() {
        return provider;
    }

    /** The least plan that includes it. */
    public @Nullable String minPlan() {
        return minPlan;
    }

    /** The usual price; {@code token_cost} on the wire. */
    public @Nullable BigDecimal price() {
        return price;
    }

    /** The least that an answer costs; the usual price if the service tells no other. */
    public @Nullable BigDecimal minPrice() {
        return minPrice == null ? price : minPrice;
    }

    /** The most that an answer costs; the usual price if the service tells no other. */
    public @Nullable BigDecimal maxPrice() {
        return maxPrice == null ? price : maxPrice;
    }

    /** Whether it can be streamed; where the service does not say, text models can (wire contract, part A). */
    public boolean supportsStreaming() {
        return supportsStreaming == null ? "text".equals(category) : supportsStreaming;
    }

    /** The model's own settings as JSON text. */
    public @Nullable String configJson() {
        return configJson;
    }

    /** What the response said of the account's rate limits; every figure is null where it said nothing. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The whole answer as it came. */
    public String json() {
        return json;
    }

    @Override
    public String toString() {
        return "Model[slug=" + slug + ", category=" + category + ", price=" + minPrice() + " to " + maxPrice() + "]";
    }
}
