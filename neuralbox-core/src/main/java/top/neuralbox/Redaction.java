package top.neuralbox;

import org.jspecify.annotations.Nullable;

/** Removes the key, which the service or a gateway may have echoed, from a text. {@link KeyRedaction} finds it. */
@FunctionalInterface
interface Redaction {

    @Nullable
    String of(@Nullable String text);

    /** Removes the key from an id, a model or another name, and makes the name fit for a log. */
    default @Nullable String ofName(@Nullable String name) {
        return Excerpt.name(of(name));
    }

    /** Removes the key from a text that is not null. */
    default String ofText(String text) {
        return String.valueOf(of(text));
    }
}
