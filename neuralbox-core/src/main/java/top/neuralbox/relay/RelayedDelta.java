package top.neuralbox.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Encodes a delta's event in the service's own format (wire contract, part A), with {@link JsonText}'s escapes. It measures the
 * text first and then writes it in place, so that it allocates only the buffer that it returns.
 */
final class RelayedDelta {

    private static final byte[] HEAD = ascii("data: {\"type\": \"content_delta\", \"delta\": \"");
    private static final byte[] TAIL = ascii("\"}\n\n");
    private static final byte[] HEX = ascii("0123456789abcdef");

    private RelayedDelta() {}

    static ByteBuffer event(String text) {
        byte[] event = new byte[HEAD.length + length(text) + TAIL.length];
        System.arraycopy(HEAD, 0, event, 0, HEAD.length);
        int end = write(text, event, HEAD.length);
        System.arraycopy(TAIL, 0, event, end, TAIL.length);
        return ByteBuffer.wrap(event);
    }

    /** The length of the text as the content of a JSON string, in bytes. */
    private static int length(String text) {
        int length = 0;
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (unit < 0x80) {
                length += asciiLength(unit);
            } else if (unit < 0x800) {
                length += 2;
            } else if (!Character.isSurrogate(unit)) {
                length += 3;
            } else if (isPairAt(text, at)) {
                length += 4;
                at++;
            } else {
                length += 6;
            }
        }
        return length;
    }

    private static int asciiLength(char unit) {
        if (unit == '"' || unit == '\\' || unit == '\n') {
            return 2;
        }
        return unit < ' ' ? 6 : 1;
    }

    /** Writes the text. Returns the index after it. */
    private static int write(String text, byte[] out, int from) {
        int to = from;
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (unit < 0x80) {
                to = ascii(unit, out, to);
            } else if (unit < 0x800) {
                out[to++] = (byte) (0xC0 | (unit >> 6));
                out[to++] = trail(unit);
            } else if (!Character.isSurrogate(unit)) {
                out[to++] = (byte) (0xE0 | (unit >> 12));
                out[to++] = trail(unit >> 6);
                out[to++] = trail(unit);
            } else if (isPairAt(text, at)) {
                int codePoint = Character.toCodePoint(unit, text.charAt(++at));
                out[to++] = (byte) (0xF0 | (codePoint >> 18));
                out[to++] = trail(codePoint >> 12);
                out[to++] = trail(codePoint >> 6);
                out[to++] = trail(codePoint);
            } else {
                to = escaped(unit, out, to);
            }
        }
        return to;
    }

    private static int ascii(char unit, byte[] out, int from) {
        int length = asciiLength(unit);
        if (length == 6) {
            return escaped(unit, out, from);
        }
        if (length == 2) {
            out[from] = '\\';
        }
        out[from + length - 1] = unit == '\n' ? (byte) 'n' : (byte) unit;
        return from + length;
    }

    /** Escapes half of a surrogate pair, which UTF-8 cannot represent, or a control character (RFC 8259, section 7). */
    private static int escaped(char unit, byte[] out, int from) {
        out[from] = '\\';
        out[from + 1] = 'u';
        for (int digit = 0; digit < 4; digit++) {
            out[from + 2 + digit] = HEX[(unit >> (12 - 4 * digit)) & 0xF];
        }
        return from + 6;
    }

    private static boolean isPairAt(String text, int at) {
        return at + 1 < text.length() && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
    }

    private static byte trail(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
