package top.neuralbox;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The only class that holds a key. It shows the key only to the {@code Authorization} header field of a request. */
final class ApiKey {

    private static final String REDACTED = "[redacted]";

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
            throw new IllegalArgumentException("apiKey holds white space, a control character or one beyond ASCII");
        }
        return new ApiKey(value);
    }

    String authorization() {
        return "Bearer " + value;
    }

    /**
     * The text without the key, which a service or a gateway may have echoed: literally, or in JSON with any of its
     * characters escaped.
     */
    @Nullable
    String redact(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StringBuilder clean = null;
        int copied = 0;
        for (int at = 0; at < text.length(); at++) {
            int end = endOfKey(text, at);
            if (end > at) {
                clean = clean == null ? new StringBuilder(text.length()) : clean;
                clean.append(text, copied, at).append(REDACTED);
                copied = end;
                at = end - 1;
            }
        }
        return clean == null ? text : clean.append(text, copied, text.length()).toString();
    }

    /** The end of the key that begins at this index; -1 if no key begins there. */
    private int endOfKey(String text, int from) {
        int at = from;
        for (int i = 0; i < value.length(); i++) {
            int length = lengthOf(value.charAt(i), text, at);
            if (length == 0) {
                return -1;
            }
            at += length;
        }
        return at;
    }

    /** How many characters of the text stand for the wanted character (RFC 8259, section 7); 0 if they stand for another. */
    private static int lengthOf(char wanted, String text, int at) {
        if (at >= text.length()) {
            return 0;
        }
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
            char escaped = text.charAt(at + 1);
            if (escaped == wanted && "\\\"/".indexOf(escaped) >= 0) {
                return 2;
            }
            if (escaped == 'u' && at + 6 <= text.length() && isHex(text, at + 2, wanted)) {
                return 6;
            }
        }
        return text.charAt(at) == wanted ? 1 : 0;
    }

    private static boolean isHex(String text, int at, int wanted) {
        int code = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return false;
            }
            code = code << 4 | digit;
        }
        return code == wanted;
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
