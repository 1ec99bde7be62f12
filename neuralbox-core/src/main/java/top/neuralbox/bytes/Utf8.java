package top.neuralbox.bytes;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Reads bytes as UTF-8, even if they are not well-formed by table 3-7 of the Unicode Standard. */
public final class Utf8 {

    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private Utf8() {}

    public static boolean isWellFormed(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (at <= to - Long.BYTES && (Words.at(bytes, at) & Words.HIGH_BITS) == 0) {
                at += Long.BYTES;
            } else if (bytes[at] >= 0) {
                at++;
            } else {
                int length = lengthAt(bytes, at, to);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return true;
    }

    /**
     * The length of the sequence of two to four bytes that begins at an index.
     *
     * @return 0 if no well-formed sequence begins there
     */
    public static int lengthAt(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xFF;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return at + 1 < to && isTrail(bytes[at + 1]) ? 2 : 0;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return at + 2 < to && isSecond(lead, bytes[at + 1] & 0xFF) && isTrail(bytes[at + 2]) ? 3 : 0;
        }
        if (lead >= 0xF0 && lead <= 0xF4) {
            return at + 3 < to
                            && isSecond(lead, bytes[at + 1] & 0xFF)
                            && isTrail(bytes[at + 2])
                            && isTrail(bytes[at + 3])
                    ? 4
                    : 0;
        }
        return 0;
    }

    /**
     * The text of some bytes. One U+FFFD replaces each maximal part that is not well-formed, as the Encoding standard says. The
     * JDK's own decoder differs: it makes one U+FFFD of the three bytes of an encoded surrogate.
     */
    public static String text(byte[] bytes, int from, int to) {
        if (isWellFormed(bytes, from, to)) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        return new String(repair(bytes, from, to), StandardCharsets.UTF_8);
    }

    /** The bytes of the same text, well-formed. */
    public static byte[] repair(byte[] bytes, int from, int to) {
        ByteArrayOutputStream repaired = new ByteArrayOutputStream(to - from + REPLACEMENT.length);
        int at = from;
        while (at < to) {
            int length = bytes[at] >= 0 ? 1 : lengthAt(bytes, at, to);
            if (length > 0) {
                repaired.write(bytes, at, length);
                at += length;
            } else {
                repaired.writeBytes(REPLACEMENT);
                at += malformedLengthAt(bytes, at, to);
            }
        }
        return repaired.toByteArray();
    }

    /** How many bytes of a malformed sequence could have begun a well-formed one; at least 1. */
    private static int malformedLengthAt(byte[] bytes, int at, int to) {
        int lead = bytes[at] & 0xFF;
        if (lead < 0xE0 || lead > 0xF4 || at + 1 == to || !isSecond(lead, bytes[at + 1] & 0xFF)) {
            return 1;
        }
        return lead >= 0xF0 && at + 2 < to && isTrail(bytes[at + 2]) ? 3 : 2;
    }

    /** The index after a byte order mark, or the same index if there is none. */
    public static int behindByteOrderMark(byte[] bytes, int from, int to) {
        boolean marked = to - from >= 3
                && bytes[from] == (byte) 0xEF
                && bytes[from + 1] == (byte) 0xBB
                && bytes[from + 2] == (byte) 0xBF;
        return marked ? from + 3 : from;
    }

    /** Some lead bytes limit the second byte, to exclude overlong forms, surrogates and code points beyond U+10FFFF. */
    private static boolean isSecond(int lead, int second) {
        int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int greatest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return second >= least && second <= greatest;
    }

    private static boolean isTrail(byte b) {
        return (b & 0xC0) == 0x80;
    }
}
