package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;

/**
 * Counts the responses of status 100 that arrive over HTTP/1.1 before the final response, because the engine does not report
 * them (5.4.4). It reads only status codes and ends of lines, and nothing after the final status.
 */
final class StatusLines {

    /** The column of the status code, after {@code HTTP/1.1} and a space. */
    private static final int CODE = 9;

    private static final int CODE_END = CODE + 3;

    private static final int CONTINUE = 100;

    private boolean inStatusLine;
    private int column;
    private int code;
    private boolean isFinal = true;

    /** Starts anew for a request that is about to be written: the next status line belongs to a response to it. */
    void begin() {
        inStatusLine = true;
        column = 0;
        code = 0;
        isFinal = false;
    }

    /** How many responses of status 100 have their code in these bytes. */
    int count(ByteBuffer bytes, int from, int to) {
        int count = 0;
        for (int at = from; at < to && !isFinal; at++) {
            byte next = bytes.get(at);
            if (next == '\n') {
                // An empty line ends a head that was not the final one.
                inStatusLine = column == 0;
                column = 0;
                code = 0;
            } else if (next != '\r') {
                if (inStatusLine && column >= CODE && column < CODE_END) {
                    code = 10 * code + next - '0';
                    isFinal = column == CODE && next != '1';
                    count += column == CODE_END - 1 && code == CONTINUE ? 1 : 0;
                }
                column++;
            }
        }
        return count;
    }
}
