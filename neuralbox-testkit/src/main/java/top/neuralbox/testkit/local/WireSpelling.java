package top.neuralbox.testkit.local;

/**
 * The two ways in which the service's own documentation spells its fields. Both occur in practice, so test an application
 * against both.
 *
 * @since 0.1.0
 */
public enum WireSpelling {

    /**
     * {@code id} is a string ({@code gen_…}); {@code model}, {@code content}, {@code tokens_used}, {@code
     * balance_remaining}.
     */
    FIRST,

    /**
     * {@code id} is an integer; {@code model_slug}, {@code result_text}, {@code tokens_spent}, and no {@code
     * balance_remaining}.
     */
    SECOND
}
