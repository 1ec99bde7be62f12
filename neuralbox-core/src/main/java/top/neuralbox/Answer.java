package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A generation that was answered in one piece of JSON (wire contract, part B, the answer that is not streamed). Of the two
 * names that the service documents for a field, either counts.
 *
 * @param id the generation's id; an integer on the wire is given as its decimal digits
 * @param status {@code completed}, {@code pending}, {@code failed}, or what else the service wrote
 * @param model the model's slug
 * @param text the text of a text model
 * @param url where the result of a media model is
 * @param thumbnailUrl where a preview of it is
 * @param metadataJson what else is known of the result, as JSON text
 * @param error why it failed
 * @param billing what it cost, as far as the service told
 * @param progress how far a pending one is, in percent
 * @param etaSeconds when a pending one may be ready, in seconds from now
 * @param json the whole as it came
 */
record Answer(
        @Nullable String id,
        @Nullable String status,
        @Nullable String model,
        @Nullable String text,
        @Nullable String url,
        @Nullable String thumbnailUrl,
        @Nullable String metadataJson,
        @Nullable String error,
        Billing billing,
        @Nullable BigDecimal progress,
        @Nullable BigDecimal etaSeconds,
        String json) {

    /**
     * Whether the result is still to come. A service may have more names for that than {@code pending}, so it is told by what
     * is there.
     */
    boolean pending() {
        return "pending".equals(status) || (text == null && url == null && !"completed".equals(status));
    }

    /** Without secrets in what is shown of it, should the service have echoed one; {@code json} stays as it came. */
    Answer redacted(ServiceError.Redaction redaction) {
        return new Answer(
                redaction.of(id),
                redaction.of(status),
                redaction.of(model),
                text,
                url,
                thumbnailUrl,
                metadataJson,
                error,
                billing,
                progress,
                etaSeconds,
                json);
    }

    /** The id and the status: an answer's text does not belong in a log. */
    @Override
    public String toString() {
        return "Answer[id=" + id + ", status=" + status + "]";
    }
}
