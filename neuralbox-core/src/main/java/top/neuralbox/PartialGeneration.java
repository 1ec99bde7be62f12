package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * The part of a generation that had arrived when it failed or was cancelled. Immutable.
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

    /** The same part, with these figures. */
    PartialGeneration billed(Billing figures) {
        return new PartialGeneration(id, model, text, textTruncated, figures);
    }

    /**
     * The generation's id, with which you can look it up ({@link NeuralBox#generation(String)}); null before {@code
     * generation_start}.
     */
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

    /** Whether more text arrived than was kept. */
    public boolean textTruncated() {
        return textTruncated;
    }

    /** The billing figures; null if they had not arrived. */
    public @Nullable Billing billing() {
        return billing;
    }

    /** Id, model, length and billing. The text itself does not belong in a log. */
    @Override
    public String toString() {
        return "PartialGeneration[id=" + id + ", model=" + model + ", text=" + text.length() + " characters"
                + (textTruncated ? " of more" : "") + ", billing=" + billing + "]";
    }
}
