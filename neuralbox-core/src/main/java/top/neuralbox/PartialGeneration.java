package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * What was known of a generation when it failed or was cancelled. Immutable.
 *
 * @since 0.1.0
 */
public final class PartialGeneration {

    static final PartialGeneration NOTHING = new PartialGeneration(null, null, "", false, null);

    private final @Nullable String id;
    private final @Nullable String model;
    private final String text;
    private final boolean textTruncated;
    private final @Nullable Billing billing;

    PartialGeneration(
            @Nullable String id,
            @Nullable String model,
            String text,
            boolean textTruncated,
            @Nullable Billing billing) {
        this.id = id;
        this.model = model;
        this.text = text;
        this.textTruncated = textTruncated;
        this.billing = billing;
    }

    /** The generation's id, by which the service can be asked about it; null before {@code generation_start}. */
    public @Nullable String id() {
        return id;
    }

    /** The model that answered; null before {@code generation_start}. */
    public @Nullable String model() {
        return model;
    }

    /** The text so far, up to {@link Limits#keptText()} UTF-16 units. */
    public String text() {
        return text;
    }

    /** Whether more text had arrived than was kept. */
    public boolean textTruncated() {
        return textTruncated;
    }

    /** The billing figures, if they had arrived. */
    public @Nullable Billing billing() {
        return billing;
    }

    /** Id, model and the length of the text: the text itself does not belong in a log. */
    @Override
    public String toString() {
        return "PartialGeneration[id=" + id + ", model=" + model + ", text=" + text.length() + " characters"
                + (textTruncated ? " of more" : "") + ", billing=" + billing + "]";
    }
}
