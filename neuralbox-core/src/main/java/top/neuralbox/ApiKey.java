package top.neuralbox;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one class that holds a key. It shows it to nothing but the {@code Authorization} field of a request. */
final class ApiKey {

    private static final String REDACTED = "[redacted]";

    private final String value;

    /** As some services write it in JSON, where a slash may be escaped. */
    private final String inJson;

    private ApiKey(String value) {
        this.value = value;
        this.inJson = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/");
    }

    /**
     * Checks a key without judging it: a gateway may use keys of its own form.
     *
     * @throws IllegalArgumentException if it is blank, or holds a character that a header field cannot carry; it is not
     *     echoed
     */
    static ApiKey of(String value) {
        Objects.requireNonNull(value, "apiKey");
        if (value.isBlank()) {
            throw new IllegalArgumentException("apiKey must not be blank");
        }
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("apiKey holds white space, a control character or one beyond ASCII");
        }
        return new ApiKey(value);
    }

    String authorization() {
        return "Bearer " + value;
    }

    /** The text without the key, should a service or a gateway have echoed it. */
    @Nullable
    String redact(@Nullable String text) {
        return text == null ? null : text.replace(value, REDACTED).replace(inJson, REDACTED);
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
        return REDACTED;
    }
}
