package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * An answer in one piece of JSON (wire contract, part B, the answer that is not streamed). The service documents two names
 * for some fields; either is read. Text and URLs stay as they came: the user paid for them, and nothing prints them. The key is
 * removed from everything else.
 *
 * @param id the generation's id; an integer on the wire is given as its decimal digits
 * @param status {@code completed}, {@code pending}, {@code failed}, or another word that the service wrote
 * @param model the model's slug
 * @param text the text of a text model
 * @param url the URL of a media model's result
 * @param thumbnailUrl the URL of a preview
 * @param metadataJson further data about the result, as JSON text
 * @param error the service's description of a failure, with the whole answer as it came
 * @param hasError whether there is an {@code error} that is neither null nor false
 * @param billing the cost and the balance, as far as the service reported them
 * @param mayHaveCost whether a cost field holds anything but zero or null, readable or not
 * @param progress the progress of a pending answer, in percent
 * @param etaSeconds the time until a pending answer may be ready, in seconds from now
 * @param json the whole answer as it came
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

    /** An answer before any came. It counts as pending. */
    static final Answer NOTHING = new Answer(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            new ServiceError(null, null, null, null, ""),
            false,
            Billing.of(null, null),
            false,
            null,
            null,
            "");

    /** Whether the status is the documented word for a complete generation. */
    boolean completed() {
        return "completed".equals(status);
    }

    /** Whether the status is the documented word for a failed generation. */
    boolean failed() {
        return "failed".equals(status);
    }

    /**
     * Whether the result is not there yet. A service may have more words for that than {@code pending}, so an answer with
     * neither a result nor a failure counts as pending too.
     */
    boolean pending() {
        return "pending".equals(status) || !(completed() || failed() || failedUndocumented() || hasResult());
    }

    /**
     * Whether there is a result. A completed answer may have an empty text, or only metadata. With any other status, neither
     * counts as a result.
     */
    boolean hasResult() {
        return url != null || (completed() ? text != null || metadataJson != null : text != null && !text.isEmpty());
    }

    /** This answer, with the id by which it was asked for, if it has none that can be asked by. */
    Answer identified(String asked) {
        return id != null && Endpoint.isSegment(id)
                ? this
                : new Answer(
                        Excerpt.name(asked),
                        status,
                        model,
                        text,
                        url,
                        thumbnailUrl,
                        metadataJson,
                        error,
                        hasError,
                        billing,
                        mayHaveCost,
                        progress,
                        etaSeconds,
                        json);
    }

    /** The bill as far as it is known. The cost of a pending answer is not final, so a cost that it names is dropped. */
    Billing bill() {
        return pending() ? Billing.of(null, billing.balanceRemaining()) : billing;
    }

    /** Whether the answer reports a failure in a form that the service does not document. */
    boolean failedUndocumented() {
        if (completed() || failed() || "pending".equals(status)) {
            return false;
        }
        boolean telling = hasError && error.saysSomething();
        return status == null ? telling || (hasError && !hasResult()) : telling && !hasResult();
    }

    /** The id and the status. An answer's text does not belong in a log. */
    @Override
    public String toString() {
        return "Answer[id=" + id + ", status=" + status + "]";
    }
}
