package top.neuralbox;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The only class that holds a key. It shows the key only to the {@code Authorization} header field of a request. */
final class ApiKey {

    private final String value;

    private ApiKey(String value) {
        this.value = value;
    }

    /**
     * Checks the characters of a key but not its form, because a gateway may use keys of another form.
     *
     * @throws IllegalArgumentException if it is blank, or holds a character that a header field cannot carry; the message
     *     does not repeat the key
     */
    static ApiKey of(String value) {
        Objects.requireNonNull(value, "apiKey");
        if (value.isBlank()) {
            throw new IllegalArgumentException("apiKey must not be blank");
        }
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "apiKey holds white space, a control character or a character outside ASCII");
        }
        return new ApiKey(value);
    }

    /**
     * The key that a supplier gave.
     *
     * @throws UnusableException if it is null, or if {@link #of} refuses it
     */
    static ApiKey supplied(@Nullable String value) {
        if (value == null) {
            throw new UnusableException("gave no key");
        }
        try {
            return of(value);
        } catch (IllegalArgumentException malformed) {
            throw new UnusableException("gave a malformed key");
        }
    }

    String authorization() {
        return "Bearer " + value;
    }

    /** The text without the key; see {@link KeyRedaction}. */
    @Nullable
    String redact(@Nullable String text) {
        return text == null ? null : KeyRedaction.redact(text, value);
    }

    /** As {@link #redact}, for a text that may be cut within the key. */
    @Nullable
    String redactCut(@Nullable String text) {
        return text == null ? null : KeyRedaction.redactCut(text, value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiKey that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return KeyRedaction.REDACTED;
    }

    /** A supplier gave something that is not a key. The message says so and does not repeat it. */
    static final class UnusableException extends RuntimeException {

        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(message);
        }
    }
}
