package top.neuralbox;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that does not stream (wire contract, part B): a text, a media result, or the promise of one.
 * Immutable.
 *
 * @since 0.1.0
 */
public abstract sealed class GenerationAnswer {

    private final Answer answer;
    private final RateLimits rateLimits;
    private final @Nullable String requestId;

    private GenerationAnswer(Answer answer, RateLimits rateLimits, @Nullable String requestId) {
        this.answer = answer;
        this.rateLimits = rateLimits;
        this.requestId = requestId;
    }

    /**
     * What a caller sees of an answer.
     *
     * @param settlement who wants to hear what a pending one cost in the end
     */
    static GenerationAnswer of(
            Answer answer, RateLimits rateLimits, @Nullable String requestId, @Nullable Settlement settlement) {
        if (answer.pending()) {
            return new Pending(answer, rateLimits, requestId, settlement);
        }
        return answer.text() != null && answer.url() == null
                ? new Text(answer, answer.text(), rateLimits, requestId)
                : new Media(answer, rateLimits, requestId);
    }

    /** The generation's id; null if the service gave none, which it always does for a pending one. */
    public @Nullable String id() {
        return answer.id();
    }

    /** {@code completed} or {@code pending}, as the service wrote it; null if it did not say. */
    public @Nullable String status() {
        return answer.status();
    }

    /** The model that answers; null if the service did not say. */
    public @Nullable String model() {
        return answer.model();
    }

    /** What it cost, in credits of the account, as far as the service told. */
    public Billing billing() {
        return answer.billing();
    }

    /** What the response said of the account's rate limits; every figure is null where it said nothing. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The service's name for the request ({@code X-Request-Id}); null if it gave none. */
    public @Nullable String requestId() {
        return requestId;
    }

    /** The whole answer as it came. */
    public String json() {
        return answer.json();
    }

    /** Kind, id and cost: neither a text nor a URL, which may carry its own permission, belongs in a log. */
    @Override
    public String toString() {
        return "GenerationAnswer." + getClass().getSimpleName() + "[id=" + id() + ", model=" + model() + ", "
                + billing() + "]";
    }

    /** The answer of a text model. */
    public static final class Text extends GenerationAnswer {

        private final String text;

        private Text(Answer answer, String text, RateLimits rateLimits, @Nullable String requestId) {
            super(answer, rateLimits, requestId);
            this.text = text;
        }

        /** The text; {@code content} or {@code result_text} on the wire. */
        public String text() {
            return text;
        }
    }

    /** The result of a model that makes an image, a video, sound, or the work of a tool. */
    public static final class Media extends GenerationAnswer {

        private final @Nullable String url;
        private final @Nullable String thumbnailUrl;
        private final @Nullable String text;
        private final @Nullable String metadataJson;

        private Media(Answer answer, RateLimits rateLimits, @Nullable String requestId) {
            super(answer, rateLimits, requestId);
            this.url = answer.url();
            this.thumbnailUrl = answer.thumbnailUrl();
            this.text = answer.text();
            this.metadataJson = answer.metadataJson();
        }

        /** Where the result is; {@code url} or {@code result_url} on the wire. Null if it is in the metadata alone. */
        public @Nullable String url() {
            return url;
        }

        /** Where a preview of it is; null if there is none. */
        public @Nullable String thumbnailUrl() {
            return thumbnailUrl;
        }

        /** A text that came beside the result; null if none did. */
        public @Nullable String text() {
            return text;
        }

        /** What else the service tells of the result ({@code result_metadata}), as JSON text; null if nothing. */
        public @Nullable String metadataJson() {
            return metadataJson;
        }
    }

    /** A result that is still to come; {@link NeuralBox#await} waits for it. */
    public static final class Pending extends GenerationAnswer {

        private final @Nullable BigDecimal progress;
        private final @Nullable Duration eta;

        private final @Nullable Settlement settlement;

        private Pending(
                Answer answer, RateLimits rateLimits, @Nullable String requestId, @Nullable Settlement settlement) {
            super(answer, rateLimits, requestId);
            this.settlement = settlement;
            this.progress = answer.progress();
            this.eta = answer.etaSeconds() == null ? null : RetryAfter.ofSeconds(answer.etaSeconds());
        }

        /** What it cost in the end, told to whom it may concern. */
        void settled(@Nullable NeuralBoxException error, BillingState state, @Nullable Billing billing) {
            if (settlement != null) {
                settlement.known(GenerationOutcome.of(error, state, billing, 1));
            }
        }

        /** How far it is, in percent; null if the service did not say. */
        public @Nullable BigDecimal progress() {
            return progress;
        }

        /** How long it may still take ({@code eta_seconds}); null if the service did not say, or nothing sensible. */
        public @Nullable Duration eta() {
            return eta;
        }
    }
}
