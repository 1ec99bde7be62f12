package top.neuralbox.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes values out of a JSON text that lie deeper than any that the client reads. Jackson keeps an object for each level, a
 * hundred bytes for one bracket; this class needs one bit.
 */
final class DeepValues {

    /** Jackson reads this many levels. A text with fewer bytes cannot have more. */
    static final int MOST_LEVELS = 4_096;

    private static final int MALFORMED = -1;

    /** What may come next in the value that is skipped. */
    private enum Expected {
        VALUE,
        VALUE_OR_END,
        NAME,
        NAME_OR_END,
        COLON,
        COMMA_OR_END
    }

    private DeepValues() {}

    /**
     * A copy of this part of the array in which each value below the last level is a zero and spaces, so all positions stay as
     * they are; null if no value lies so deep. A deep value that is not valid JSON stays invalid.
     */
    static byte @Nullable [] replaced(byte[] json, int from, int to) {
        if (to - from <= MOST_LEVELS) {
            return null;
        }
        byte[] copy = null;
        int depth = 0;
        int at = from;
        while (at < to) {
            byte b = json[at];
            if (b == '"') {
                at = behindString(json, at, to);
            } else if (isStart(b) && depth == MOST_LEVELS) {
                copy = copy == null ? Arrays.copyOfRange(json, from, to) : copy;
                int end = behindValue(json, at, to);
                if (end == MALFORMED) {
                    copy[at - from] = '!';
                    return copy;
                }
                Arrays.fill(copy, at - from, end - from, (byte) ' ');
                copy[at - from] = '0';
                at = end;
            } else {
                depth += isStart(b) ? 1 : isEnd(b) ? -1 : 0;
                at++;
            }
        }
        return copy;
    }

    private static boolean isStart(byte b) {
        return b == '[' || b == '{';
    }

    private static boolean isEnd(byte b) {
        return b == ']' || b == '}';
    }

    private static int behindString(byte[] json, int quote, int to) {
        int at = quote + 1;
        while (at < to && json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, to);
    }

    /**
     * The position behind the object or array that begins here.
     *
     * @return {@link #MALFORMED} if it is not valid by RFC 8259, or not complete
     */
    static int behindValue(byte[] json, int from, int to) {
        Levels levels = new Levels();
        Expected expected = Expected.VALUE;
        int at = from;
        while (at < to) {
            byte b = json[at];
            if (JsonObjectReader.isSpace(b)) {
                at++;
                continue;
            }
            boolean ends = false;
            switch (expected) {
                case VALUE, VALUE_OR_END -> {
                    if (isStart(b)) {
                        levels.enter(b == '{');
                        expected = b == '{' ? Expected.NAME_OR_END : Expected.VALUE_OR_END;
                        at++;
                    } else if (b == ']' && expected == Expected.VALUE_OR_END) {
                        ends = true;
                    } else {
                        at = behindScalar(json, at, to);
                        expected = Expected.COMMA_OR_END;
                    }
                }
                case NAME, NAME_OR_END -> {
                    if (b == '}' && expected == Expected.NAME_OR_END) {
                        ends = true;
                    } else {
                        at = b == '"' ? behindValidString(json, at, to) : MALFORMED;
                        expected = Expected.COLON;
                    }
                }
                case COLON -> {
                    at = b == ':' ? at + 1 : MALFORMED;
                    expected = Expected.VALUE;
                }
                case COMMA_OR_END -> {
                    if (b == ',') {
                        expected = levels.isObject() ? Expected.NAME : Expected.VALUE;
                        at++;
                    } else if (b == (levels.isObject() ? '}' : ']')) {
                        ends = true;
                    } else {
                        at = MALFORMED;
                    }
                }
            }
            if (at == MALFORMED) {
                return MALFORMED;
            }
            if (ends) {
                at++;
                expected = Expected.COMMA_OR_END;
                if (levels.leave()) {
                    return at;
                }
            }
        }
        return MALFORMED;
    }

    private static int behindScalar(byte[] json, int at, int to) {
        return switch (json[at]) {
            case '"' -> behindValidString(json, at, to);
            case 't' -> behindWord(json, at, to, "true");
            case 'f' -> behindWord(json, at, to, "false");
            case 'n' -> behindWord(json, at, to, "null");
            default -> behindNumber(json, at, to);
        };
    }

    private static int behindWord(byte[] json, int from, int to, String word) {
        if (to - from < word.length()) {
            return MALFORMED;
        }
        for (int i = 0; i < word.length(); i++) {
            if (json[from + i] != word.charAt(i)) {
                return MALFORMED;
            }
        }
        return from + word.length();
    }

    private static int behindValidString(byte[] json, int quote, int to) {
        int at = quote + 1;
        while (at < to) {
            byte b = json[at];
            if (b == '"') {
                return at + 1;
            }
            if (b >= 0 && b < ' ') {
                return MALFORMED;
            }
            if (b != '\\') {
                at++;
            } else if (at + 1 < to && "\"\\/bfnrt".indexOf(json[at + 1]) >= 0) {
                at += 2;
            } else if (at + 1 < to && json[at + 1] == 'u' && hasFourDigits(json, at + 2, to)) {
                at += 6;
            } else {
                return MALFORMED;
            }
        }
        return MALFORMED;
    }

    private static boolean hasFourDigits(byte[] json, int from, int to) {
        for (int i = from; i < from + 4; i++) {
            if (i >= to || Character.digit(json[i], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int behindNumber(byte[] json, int from, int to) {
        int at = json[from] == '-' ? from + 1 : from;
        int digits = behindDigits(json, at, to);
        if (digits == at || (json[at] == '0' && digits > at + 1)) {
            return MALFORMED;
        }
        at = digits;
        if (at < to && json[at] == '.') {
            digits = behindDigits(json, at + 1, to);
            if (digits == at + 1) {
                return MALFORMED;
            }
            at = digits;
        }
        if (at < to && (json[at] == 'e' || json[at] == 'E')) {
            int first = at + 1 < to && (json[at + 1] == '+' || json[at + 1] == '-') ? at + 2 : at + 1;
            digits = behindDigits(json, first, to);
            if (digits == first) {
                return MALFORMED;
            }
            at = digits;
        }
        return at;
    }

    private static int behindDigits(byte[] json, int from, int to) {
        int at = from;
        while (at < to && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at;
    }

    /** Which levels are objects: one bit for each. */
    private static final class Levels {

        private long[] objects = new long[16];
        private int depth;

        void enter(boolean object) {
            int word = depth / Long.SIZE;
            if (word == objects.length) {
                objects = Arrays.copyOf(objects, 2 * word);
            }
            long bit = 1L << depth;
            objects[word] = object ? objects[word] | bit : objects[word] & ~bit;
            depth++;
        }

        boolean isObject() {
            int last = depth - 1;
            return (objects[last / Long.SIZE] & 1L << last) != 0;
        }

        /** Returns whether that was the outermost level. */
        boolean leave() {
            depth--;
            return depth == 0;
        }
    }
}
