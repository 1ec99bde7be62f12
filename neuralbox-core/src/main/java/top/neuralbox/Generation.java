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

    Generation(PartialGeneration whole, Billing billing, RateLimits rateLimits, @Nullable String requestId) {
        this.whole = whole;
        this.billing = billing;
        this.rateLimits = rateLimits;
        this.requestId = requestId;
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
     * Whether {@link #text()} is cut. That can only be for a stream whose events were read one by one and which brought more
     * than {@link Limits#keptText()}.
     */
    public boolean textTruncated() {
        return whole.textTruncated();
    }

    /** What it cost, in credits of the account. */
    public Billing billing() {
        return billing;
    }

    /** What the response said of the account's rate limits; every figure is null where it said nothing. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The service's name for the request ({@code X-Request-Id}); null if it gave none. */
    public @Nullable String requestId() {
        return requestId;
    }

    /** Id, model, length and cost: the text itself does not belong in a log. */
    @Override
    public String toString() {
        return "Generation[id=" + id() + ", model=" + model() + ", text=" + text().length() + " characters, " + billing
                + "]";
    }
}
