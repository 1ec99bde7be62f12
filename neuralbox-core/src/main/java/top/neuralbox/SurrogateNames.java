package top.neuralbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Takes surrogate escapes out of the names of a JSON text. RFC 8259 allows a lone one (section 8.2), and a field of such a
 * name is to be passed over like any other, but jackson-core 2.22 takes it for an error. No name that the client knows
 * holds one, so what stands in its place does not matter.
 */
final class SurrogateNames {

    private static final byte[] REPLACEMENT = {'F', 'F', 'F', 'D'};
    /** A backslash, a u, and four digits. */
    private static final int ESCAPE = 6;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long BACKSLASHES = '\\' * EACH_BYTE;

    private SurrogateNames() {}

    /** The JSON text itself, or a copy of the same length if a name in it has to be changed. */
    static byte[] replaced(byte[] json, int from, int to) {
        return holdsSurrogate(json, from, to) ? copyWithout(json, from, to) : json;
    }

    private static byte[] copyWithout(byte[] json, int from, int to) {
        byte[] copy = json.clone();
        int at = from;
        while (at < to) {
            if (json[at++] == '"') {
                int end = closingQuote(json, at, to);
                if (isName(json, end, to)) {
                    replace(copy, at, end);
                }
                at = end + 1;
            }
        }
        return copy;
    }

    private static boolean holdsSurrogate(byte[] json, int from, int to) {
        int at = from;
        while (at < to) {
            if (at <= to - Long.BYTES && !holdsBackslash((long) LONGS.get(json, at))) {
                at += Long.BYTES;
            } else if (json[at] == '\\' && isSurrogate(json, at, to)) {
                return true;
            } else {
                at++;
            }
        }
        return false;
    }

    /** Whether one of eight bytes is a backslash. */
    private static boolean holdsBackslash(long word) {
        long differing = word ^ BACKSLASHES;
        return ((differing - EACH_BYTE) & ~differing & HIGH_BITS) != 0;
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

    /** What is no valid escape stays as it is, to be found by the parser. */
    private static boolean isSurrogate(byte[] json, int at, int to) {
        return at + ESCAPE <= to
                && json[at + 1] == 'u'
                && (json[at + 2] | 0x20) == 'd'
                && Character.digit(json[at + 3], 16) >= 8
                && Character.digit(json[at + 4], 16) >= 0
                && Character.digit(json[at + 5], 16) >= 0;
    }
}
