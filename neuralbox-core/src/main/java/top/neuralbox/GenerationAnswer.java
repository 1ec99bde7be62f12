package top.neuralbox;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that does not stream (wire contract, part B): a text, a media result, or a pending result.
 * Immutable.
 *
 * @since 0.1.0
 */
public abstract sealed class GenerationAnswer {

    private final Answer answer;
    private final RateLimits rateLimits;
    private final @Nullable String requestId;
    private final ResponseHeaders responseHeaders;

    private GenerationAnswer(
            Answer answer, RateLimits rateLimits, @Nullable String requestId, ResponseHeaders responseHeaders) {
        this.answer = answer;
        this.rateLimits = rateLimits;
        this.requestId = requestId;
        this.responseHeaders = responseHeaders;
    }

    /**
     * The public form of an answer.
     *
     * @param settlement receives the final cost of a pending answer; null for none
     */
    static GenerationAnswer of(
            Answer answer,
            RateLimits rateLimits,
            @Nullable String requestId,
            ResponseHeaders responseHeaders,
            @Nullable Settlement settlement) {
        if (answer.pending()) {
            return new Pending(answer, rateLimits, requestId, responseHeaders, settlement, null);
        }
        return answer.text() != null && answer.url() == null
                ? new Text(answer, answer.text(), rateLimits, requestId, responseHeaders)
                : new Media(answer, rateLimits, requestId, responseHeaders);
    }

    /** This answer; a pending one with the name of the budget's reservation that it settles. */
    GenerationAnswer reservedAs(@Nullable String reservation) {
        return this;
    }

    /** The generation's id; null if the service gave none. A pending answer always has an id. */
    public @Nullable String id() {
        return answer.id();
    }

    /** The status, as the service wrote it: {@code completed}, {@code pending} or another word; null if it did not say. */
    public @Nullable String status() {
        return answer.status();
    }

    /** The model that answers; null if the service did not say. */
    public @Nullable String model() {
        return answer.model();
    }

    /** The cost, in credits of the account, as far as the service reported it. */
    public Billing billing() {
        return answer.billing();
    }

    /** The account's rate limits, as the response reported them; a figure that it did not report is null. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The service's id of the request ({@code X-Request-Id}); null if it gave none. */
    public @Nullable String requestId() {
        return requestId;
    }

    /** The header fields of the response, for example a gateway's own id of the request. */
    public ResponseHeaders responseHeaders() {
        return responseHeaders;
    }

    /** The whole answer as it came. */
    public String json() {
        return answer.json();
    }

    /** Kind, id, model and cost. A text does not belong in a log, nor does a URL, which may itself grant access. */
    @Override
    public String toString() {
        return "GenerationAnswer." + getClass().getSimpleName() + "[id=" + id() + ", model=" + model() + ", "
                + billing() + "]";
    }

    /** The answer of a text model. */
    public static final class Text extends GenerationAnswer {

        private final String text;

        private Text(
                Answer answer,
                String text,
                RateLimits rateLimits,
                @Nullable String requestId,
                ResponseHeaders responseHeaders) {
            super(answer, rateLimits, requestId, responseHeaders);
            this.text = text;
        }

        /** The text; {@code content} or {@code result_text} on the wire. */
        public String text() {
            return text;
        }
    }

    /** The result of a model that makes an image, a video or sound, or of a tool. */
    public static final class Media extends GenerationAnswer {

        private final @Nullable String url;
        private final @Nullable String thumbnailUrl;
        private final @Nullable String text;
        private final @Nullable String metadataJson;

        private Media(
                Answer answer, RateLimits rateLimits, @Nullable String requestId, ResponseHeaders responseHeaders) {
            super(answer, rateLimits, requestId, responseHeaders);
            this.url = answer.url();
            this.thumbnailUrl = answer.thumbnailUrl();
            this.text = answer.text();
            this.metadataJson = answer.metadataJson();
        }

        /** The URL of the result; {@code url} or {@code result_url} on the wire. Null if the result is only in the metadata. */
        public @Nullable String url() {
            return url;
        }

        /** The URL of a preview; null if there is none. */
        public @Nullable String thumbnailUrl() {
            return thumbnailUrl;
        }

        /** A text that came with the result; null if there is none. */
        public @Nullable String text() {
            return text;
        }

        /** Further data about the result ({@code result_metadata}), as JSON text; null if there is none. */
        public @Nullable String metadataJson() {
            return metadataJson;
        }
    }

    /** A result that is not ready yet; {@link NeuralBox#await} waits for it, also in another process ({@link #of(String)}). */
    public static final class Pending extends GenerationAnswer {

        private final Answer answer;
        private final @Nullable Duration eta;

        private final @Nullable Settlement settlement;
        private final @Nullable String reservation;

        private Pending(
                Answer answer,
                RateLimits rateLimits,
                @Nullable String requestId,
                ResponseHeaders responseHeaders,
                @Nullable Settlement settlement,
                @Nullable String reservation) {
            super(answer, rateLimits, requestId, responseHeaders);
            this.answer = answer;
            this.settlement = settlement;
            this.reservation = reservation;
            this.eta = answer.etaSeconds() == null ? null : RetryAfter.ofSeconds(answer.etaSeconds());
        }

        /**
         * A pending result of which only the id is known, for example from another process. Pass it to {@link NeuralBox#await}.
         * This method sends nothing. If the generation is one of the client's last 1,000 with an unknown charge, the client's
         * budget and listeners are notified of the cost when the result is ready.
         *
         * @param id the generation's id
         * @throws IllegalArgumentException if the id is blank, {@code .} or {@code ..}
         */
        public static Pending of(String id) {
            Answer answer = Answer.NOTHING.identified(GenerationQuery.requireId(id));
            return new Pending(answer, RateLimits.unknown(), null, ResponseHeaders.NONE, null, null);
        }

        /**
         * As {@link #of(String)}, for a generation that another client made, which may have been in another process. Awaiting it
         * also settles the budget's reservation of this name.
         *
         * @param reservation the name of the reservation, as in {@code top.neuralbox.budget.BudgetListener.reserved}
         * @throws IllegalArgumentException also if the reservation is blank
         */
        public static Pending of(String id, String reservation) {
            if (reservation.isBlank()) {
                throw new IllegalArgumentException("reservation must not be blank");
            }
            return of(id).reservedAs(reservation);
        }

        @Override
        Pending reservedAs(@Nullable String reservation) {
            return new Pending(answer, rateLimits(), requestId(), responseHeaders(), settlement, reservation);
        }

        /** The bill of the generation, if this client made it. */
        @Nullable
        Settlement settlement() {
            return settlement;
        }

        /** The name of the budget's reservation, if the caller gave it. */
        @Nullable
        String reservation() {
            return reservation;
        }

        /** The tenant of the generation; null if it named none, or if that is not known. */
        @Nullable
        String tenant() {
            return settlement == null ? null : settlement.tenant();
        }

        /** The progress, in percent; null if the service did not say. */
        public @Nullable BigDecimal progress() {
            return answer.progress();
        }

        /** The time it may still take ({@code eta_seconds}), at most a day; null if the service gave none, or no usable value. */
        public @Nullable Duration eta() {
            return eta;
        }
    }
}
