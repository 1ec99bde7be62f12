package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Rewrites any status 2xx of a proxy's answer to CONNECT as 200. By RFC 9110, section 9.3.6, any 2xx opens the tunnel, but the
 * engine understands only 200 (5.6.5). Interim responses are skipped.
 */
final class TunnelAnswer {

    /** The column of the status code, after {@code HTTP/1.1} and a space. */
    private static final int CODE = 9;

    private static final int CODE_END = CODE + 3;

    private static final ByteBuffer CONNECT =
            ByteBuffer.wrap("CONNECT ".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();

    private boolean inStatusLine = true;
    private int column;
    private byte firstDigit;
    private boolean known;

    /** Whether these bytes begin a CONNECT request. */
    static boolean isAskedForBy(ByteBuffer request) {
        return request.remaining() >= CONNECT.remaining()
                && request.slice(request.position(), CONNECT.remaining()).equals(CONNECT);
    }

    /** Whether the final status has been seen. */
    boolean isKnown() {
        return known;
    }

    /** Reads bytes as they arrive, and changes the status code in them if necessary. */
    void pass(ByteBuffer bytes, int from, int to) {
        for (int at = from; at < to && !known; at++) {
            byte next = bytes.get(at);
            if (next == '\n') {
                // An empty line ends a head that was not the final one.
                inStatusLine = column == 0;
                column = 0;
            } else if (next != '\r') {
                if (inStatusLine && column >= CODE && column < CODE_END) {
                    status(bytes, at);
                }
                column++;
            }
        }
    }

    private void status(ByteBuffer bytes, int at) {
        if (column == CODE) {
            firstDigit = bytes.get(at);
            known = firstDigit != '1' && firstDigit != '2';
        } else if (firstDigit == '2') {
            bytes.put(at, (byte) '0');
            known = column == CODE_END - 1;
        }
    }
}
