package top.neuralbox;

/**
 * Finds a key in a text and removes it. A service or a gateway may have echoed it: literally, or in JSON with any of its characters
 * escaped.
 */
final class KeyRedaction {

    /** The text that takes the key's place. */
    static final String REDACTED = "[redacted]";

    /** The shortest beginning of a key that is removed where a text is cut: a shorter one may be any word. */
    private static final int SHORTEST_BEGINNING = 8;

    private KeyRedaction() {}

    /** As {@link #redact}; also removes the beginning of a key at the end of the text. */
    static String redactCut(String text, String key) {
        String whole = redact(text, key);
        for (int length = Math.min(key.length() - 1, whole.length()); length >= SHORTEST_BEGINNING; length--) {
            int from = whole.length() - length;
            if (whole.regionMatches(from, key, 0, length)) {
                return whole.substring(0, from) + REDACTED;
            }
        }
        return whole;
    }

    static String redact(String text, String key) {
        if (text.indexOf('\\') < 0 && !text.contains(key)) {
            return text;
        }
        StringBuilder clean = null;
        int copied = 0;
        for (int at = 0; at < text.length(); at++) {
            int end = endOfKey(key, text, at);
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
    private static int endOfKey(String key, String text, int from) {
        int at = from;
        for (int i = 0; i < key.length(); i++) {
            int length = lengthOf(key.charAt(i), text, at);
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
}
