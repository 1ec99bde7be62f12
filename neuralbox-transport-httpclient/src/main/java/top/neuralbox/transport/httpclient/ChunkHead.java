package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;

/** Recognizes the head of a chunk: the end of the line before it, and its size (RFC 9112, section 7.1). */
final class ChunkHead {

    /** A chunk size with more digits is legal, but need not be fast. */
    private static final int USUAL_DIGITS = 15;

    private ChunkHead() {}

    /**
     * Whether a buffer holds the bytes that the engine expects after a chunk, or their beginning: the end of the line and the
     * next size (RFC 9112, section 7.1). The engine accepts any extension.
     */
    static boolean mayBegin(ByteBuffer buffer) {
        int end = buffer.position();
        int at = lineEnd(buffer, 0, end);
        if (at < 0 || at == end) {
            return at == end;
        }
        int size = at;
        while (at < end && isHexDigit(buffer.get(at))) {
            at++;
        }
        if (at == end || at == size || at - size > USUAL_DIGITS) {
            return at == end;
        }
        return buffer.get(at) == ';' || lineEnd(buffer, at, end) >= 0;
    }

    /** The position after a line end that begins here, or after the part that has arrived; negative if there is none. */
    private static int lineEnd(ByteBuffer buffer, int from, int end) {
        int at = from;
        if (at < end && buffer.get(at) == '\r') {
            at++;
        }
        if (at < end) {
            return buffer.get(at) == '\n' ? at + 1 : -1;
        }
        return at;
    }

    private static boolean isHexDigit(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
    }
}
