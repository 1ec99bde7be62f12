package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * A completed generation. Immutable.
 *
 * @since 0.1.0
 */
public final class Generation {

    private final PartialGeneration whole;
    private final Billing billing;
    private final RateLimits rateLimits;
    private final @Nullable String requestId;
    private final ResponseHeaders responseHeaders;

    Generation(
            PartialGeneration whole,
            Billing billing,
            RateLimits rateLimits,
            @Nullable String requestId,
            ResponseHeaders responseHeaders) {
        this.whole = whole;
        this.billing = billing;
        this.rateLimits = rateLimits;
        this.requestId = requestId;
        this.responseHeaders = responseHeaders;
    }

    /** The generation's id; null if the service gave none. */
    public @Nullable String id() {
        return whole.id();
    }

    /** The model that answered; null if the service did not say. */
    public @Nullable String model() {
        return whole.model();
    }

    /** The answer: all pieces, joined. */
    public String text() {
        return whole.text();
    }

    /**
     * Whether {@link #text()} is cut. Only a stream whose events were read one by one can be cut, if its text is longer than
     * {@link Limits#keptText()}.
     */
    public boolean textTruncated() {
        return whole.textTruncated();
    }

    /** The cost, in credits of the account. */
    public Billing billing() {
        return billing;
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

    /** Id, model, length and cost. The text itself does not belong in a log. */
    @Override
    public String toString() {
        return "Generation[id=" + id() + ", model=" + model() + ", text=" + text().length() + " characters, " + billing
                + "]";
    }
}
