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
 * @param error what the service said of a failure, with the whole as it came
 * @param hasError whether there is an {@code error} that is not null
 * @param billing what it cost, as far as the service told
 * @param mayHaveCost whether it tells of a cost that is not zero, readable or not
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
        ServiceError error,
        boolean hasError,
        Billing billing,
        boolean mayHaveCost,
        @Nullable BigDecimal progress,
        @Nullable BigDecimal etaSeconds,
        String json) {

    /** Whether the service says, by the documented word, that it is complete. */
    boolean completed() {
        return "completed".equals(status);
    }

    /** Whether the service says, by the documented word, that it failed. */
    boolean failed() {
        return "failed".equals(status);
    }

    /**
     * Whether the result is still to come. A service may have more names for that than {@code pending}, so it is told by what
     * is there.
     */
    boolean pending() {
        return "pending".equals(status) || !(completed() || failed() || failedUndocumented() || hasResult());
    }

    /**
     * Whether there is a result. A completed answer may have an empty text, or be in its metadata alone; of another, both say
     * nothing.
     */
    boolean hasResult() {
        return url != null || (completed() ? text != null || metadataJson != null : text != null && !text.isEmpty());
    }

    /** What is known of the bill. Of a pending answer the cost is still to come, whatever it says of one. */
    Billing bill() {
        return pending() ? Billing.of(null, billing.balanceRemaining()) : billing;
    }

    /** Whether the service says that it failed, but by no word that is documented. */
    boolean failedUndocumented() {
        if (completed() || failed() || "pending".equals(status)) {
            return false;
        }
        boolean telling = hasError && error.saysSomething();
        return status == null ? telling || (hasError && !hasResult()) : telling && !hasResult();
    }

    /**
     * Without a secret that the service may have echoed. Text and URLs stay as they came: they are what was paid for, and nothing
     * prints them.
     */
    Answer redacted(ServiceError.Redaction redaction) {
        return new Answer(
                redaction.ofName(id),
                redaction.ofName(status),
                redaction.ofName(model),
                text,
                url,
                thumbnailUrl,
                redaction.of(metadataJson),
                error.redacted(redaction),
                hasError,
                billing,
                mayHaveCost,
                progress,
                etaSeconds,
                redaction.ofText(json));
    }

    /** The id and the status: an answer's text does not belong in a log. */
    @Override
    public String toString() {
        return "Answer[id=" + id + ", status=" + status + "]";
    }
}
