package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Decodes UTF-8 as event streams are decoded: what is malformed becomes U+FFFD, one for each maximal subpart (Encoding
 * standard, section 8.1.1 "UTF-8 decoder"), and nothing fails.
 */
final class Utf8 {

    private static final char REPLACEMENT = '\uFFFD';
    private static final byte SURROGATE_LEAD = (byte) 0xED;
    private static final byte NEVER_VALID = (byte) 0xFF;

    private Utf8() {}

    /** The text of these bytes. A byte order mark is a character like any other. */
    static String decode(byte[] bytes, int offset, int length) {
        String decoded = new String(bytes, offset, length, UTF_8);
        return decoded.indexOf(REPLACEMENT) < 0 ? decoded : new String(withoutSurrogates(bytes, offset, length), UTF_8);
    }

    /**
     * The JDK makes one U+FFFD of a whole encoded surrogate, ED A0..BF 80..BF, where the standard asks for one for each
     * byte, since none of them can follow the other. A first byte that is valid nowhere gives that.
     */
    private static byte[] withoutSurrogates(byte[] bytes, int offset, int length) {
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        for (int i = 1; i < length; i++) {
            if (copy[i - 1] == SURROGATE_LEAD && (copy[i] & 0xE0) == 0xA0) {
                copy[i - 1] = NEVER_VALID;
            }
        }
        return copy;
    }
}
