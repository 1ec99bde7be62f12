package top.neuralbox;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import top.neuralbox.bytes.Utf8;
import top.neuralbox.bytes.Words;

/**
 * Reads the text of a {@code content_delta} in its usual shape directly from the bytes. The usual shape is the type, then the
 * delta, nothing else, with the spaces of Python's {@code json.dumps} or with none. The JSON parser reads data in any other
 * shape, and invalid JSON, so that both always agree. Not thread-safe.
 */
final class DeltaFastPath {

    private static final byte[] SPACED = ascii("{\"type\": \"content_delta\", \"delta\": \"");
    private static final byte[] COMPACT = ascii("{\"type\":\"content_delta\",\"delta\":\"");
    /** The first index at which the two spellings differ. */
    private static final int AFTER_TYPE = 8;
    /** The closing quote and the closing brace. */
    private static final int TAIL = 2;

    private static final long QUOTES = '"' * Words.ONES;
    private static final long BACKSLASHES = '\\' * Words.ONES;
    private static final long SPACES = ' ' * Words.ONES;

    /** The size of a buffer for usual deltas. A longer delta gets its own buffer, so that an idle stream holds little. */
    private static final int ROOM = 256;

    private static final char[] NO_ROOM = {};

    private char[] room = NO_ROOM;

    /** The delta's text, or null if the data does not have the usual shape. */
    @Nullable
    String text(byte[] data, int offset, int length) {
        int end = offset + length - TAIL;
        int begin = behindHead(data, offset, end);
        if (begin < 0 || data[end] != '"' || data[end + 1] != '}') {
            return null;
        }
        int plainEnd = plainEnd(data, begin, end);
        return plainEnd == end
                ? new String(data, begin, end - begin, StandardCharsets.ISO_8859_1)
                : decode(data, begin, plainEnd, end);
    }

    /** The index of the text's first byte, or -1 if the data begins in another way. */
    private static int behindHead(byte[] data, int offset, int end) {
        if (end - offset < COMPACT.length) {
            return -1;
        }
        byte[] head = data[offset + AFTER_TYPE] == ' ' ? SPACED : COMPACT;
        int begin = offset + head.length;
        return begin <= end && startsWith(data, offset, head) ? begin : -1;
    }

    /** Compares words of 8 bytes, the last of which overlaps the one before. A general comparison takes three times as long. */
    private static boolean startsWith(byte[] data, int offset, byte[] head) {
        int last = head.length - Long.BYTES;
        for (int at = 0; at < last; at += Long.BYTES) {
            if (Words.at(data, offset + at) != Words.at(head, at)) {
                return false;
            }
        }
        return Words.at(data, offset + last) == Words.at(head, last);
    }

    /** The index of the first byte that does not stand for itself, or the end. */
    private static int plainEnd(byte[] data, int begin, int end) {
        int at = begin;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long special = special(Words.at(data, at));
            if (special != 0) {
                return at + Words.firstByte(special);
            }
        }
        // Byte by byte: if the event was split between chunks, a word at its end would cover bytes that were copied
        // there last. Reading it would wait until the copy has left the processor's store buffer.
        while (at < end && isPlain(data[at])) {
            at++;
        }
        return at;
    }

    /** Whether a byte stands for itself: ASCII, and neither a quote nor a backslash nor a control character. */
    private static boolean isPlain(byte b) {
        return b >= ' ' && b != '"' && b != '\\';
    }

    /**
     * Checks eight bytes at once. The lowest set bit is in the first byte that is a quote, a backslash, a control character or
     * not ASCII. A borrow may make the bits above it wrong.
     */
    private static long special(long word) {
        return (((word ^ QUOTES) - Words.ONES) | ((word ^ BACKSLASHES) - Words.ONES) | (word - SPACES) | word)
                & Words.HIGH_BITS;
    }

    /** Decodes a text with escapes or raw UTF-8. It has no more UTF-16 units than bytes. */
    private @Nullable String decode(byte[] data, int begin, int plainEnd, int end) {
        char[] units = room(end - begin);
        int count = 0;
        int at = begin;
        while (at < plainEnd) {
            units[count++] = (char) data[at++];
        }
        while (at < end) {
            byte b = data[at];
            if (b == '\\') {
                int unit = escape(data, at, end);
                if (unit < 0) {
                    return null;
                }
                units[count++] = (char) unit;
                at += data[at + 1] == 'u' ? 6 : 2;
            } else if (b < 0) {
                int length = Utf8.lengthAt(data, at, end);
                if (length == 0) {
                    return null;
                }
                count = append(data, at, length, units, count);
                at += length;
            } else if (b < ' ' || b == '"') {
                return null;
            } else {
                units[count++] = (char) b;
                at++;
            }
        }
        return new String(units, 0, count);
    }

    private char[] room(int size) {
        if (size > ROOM) {
            return new char[size];
        }
        if (room.length == 0) {
            room = new char[ROOM];
        }
        return room;
    }

    /** The UTF-16 unit of the escape at an index (RFC 8259, section 7), or a negative number if it is none. */
    private static int escape(byte[] data, int at, int end) {
        if (at + 1 >= end) {
            return -1;
        }
        return switch (data[at + 1]) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' ->
                at + 6 > end
                        ? -1
                        : hex(data[at + 2]) << 12 | hex(data[at + 3]) << 8 | hex(data[at + 4]) << 4 | hex(data[at + 5]);
            default -> -1;
        };
    }

    /** The value of a hexadecimal digit; or -1, whose sign survives the shifts and ors of its caller. */
    private static int hex(byte digit) {
        if (digit >= '0' && digit <= '9') {
            return digit - '0';
        }
        int lower = digit | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** Appends the character of a well-formed sequence of two to four bytes. Returns the new count. */
    private static int append(byte[] data, int at, int length, char[] units, int count) {
        int trail = data[at + 1] & 0x3F;
        if (length == 2) {
            units[count] = (char) ((data[at] & 0x1F) << 6 | trail);
            return count + 1;
        }
        trail = trail << 6 | (data[at + 2] & 0x3F);
        if (length == 3) {
            units[count] = (char) ((data[at] & 0x0F) << 12 | trail);
            return count + 1;
        }
        return count + Character.toChars((data[at] & 0x07) << 18 | trail << 6 | (data[at + 3] & 0x3F), units, count);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
