package top.neuralbox.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import top.neuralbox.bytes.Words;

/**
 * Replaces surrogate escapes in the names of a JSON text. RFC 8259 allows a lone surrogate (section 8.2), and a field with such
 * a name should be skipped like any other, but jackson-core 2.22 reports an error. No name that the client knows contains one,
 * so the replacement does not matter.
 */
final class SurrogateNames {

    private static final byte[] REPLACEMENT = {'F', 'F', 'F', 'D'};
    /** A backslash, a u, and four digits. */
    private static final int ESCAPE = 6;

    private static final long BACKSLASHES = '\\' * Words.ONES;

    private SurrogateNames() {}

    /** A copy of this part of the array, without surrogate escapes in names; null if no name holds one. */
    static byte @Nullable [] replaced(byte[] json, int from, int to) {
        if (!holdsSurrogate(json, from, to)) {
            return null;
        }
        byte[] copy = null;
        int at = from;
        while (at < to) {
            if (json[at++] == '"') {
                int end = closingQuote(json, at, to);
                if (holdsSurrogate(json, at, end) && isName(json, end, to)) {
                    copy = copy == null ? Arrays.copyOfRange(json, from, to) : copy;
                    replace(copy, at - from, end - from);
                }
                at = end + 1;
            }
        }
        return copy;
    }

    private static boolean holdsSurrogate(byte[] json, int from, int to) {
        int at = escape(json, from, to);
        while (at < to) {
            if (isSurrogate(json, at, to)) {
                return true;
            }
            at = escape(json, at + 2, to);
        }
        return false;
    }

    /** The next backslash; the end if there is none. */
    private static int escape(byte[] json, int from, int to) {
        int at = from;
        while (at <= to - Long.BYTES && Words.zeros(Words.at(json, at) ^ BACKSLASHES) == 0) {
            at += Long.BYTES;
        }
        while (at < to && json[at] != '\\') {
            at++;
        }
        return Math.min(at, to);
    }

    private static int closingQuote(byte[] json, int from, int to) {
        int at = from;
        while (at < to && json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return Math.min(at, to);
    }

    /** A string is a name if a colon follows it. */
    private static boolean isName(byte[] json, int closingQuote, int to) {
        int at = closingQuote + 1;
        while (at < to && JsonObjectReader.isSpace(json[at])) {
            at++;
        }
        return at < to && json[at] == ':';
    }

    private static void replace(byte[] json, int from, int to) {
        int at = from;
        while (at < to) {
            if (json[at] != '\\') {
                at++;
            } else if (isSurrogate(json, at, to)) {
                System.arraycopy(REPLACEMENT, 0, json, at + 2, REPLACEMENT.length);
                at += ESCAPE;
            } else {
                at += 2;
            }
        }
    }

    /** Whether a surrogate escape begins here. An invalid escape is none; the parser reports it. */
    private static boolean isSurrogate(byte[] json, int at, int to) {
        return at + ESCAPE <= to
                && json[at + 1] == 'u'
                && (json[at + 2] | 0x20) == 'd'
                && Character.digit(json[at + 3], 16) >= 8
                && Character.digit(json[at + 4], 16) >= 0
                && Character.digit(json[at + 5], 16) >= 0;
    }
}
