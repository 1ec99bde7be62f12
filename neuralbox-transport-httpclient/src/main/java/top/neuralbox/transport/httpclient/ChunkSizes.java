package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;

/**
 * Follows the chunks of a response over HTTP/1.1 (RFC 9112, section 7.1), to find a size that is negative. With such a size, the
 * engine reads its old bytes again and waits for none, so the call would hang (5.4.4). All other errors are left to the engine.
 */
final class ChunkSizes {

    /** There is no negative size in these bytes. */
    static final int NONE = -1;

    private static final String TRANSFER_ENCODING = "transfer-encoding:";
    private static final String CHUNKED = "chunked";

    /** The column of the status code, after {@code HTTP/1.1} and a space. */
    private static final int CODE = 9;

    /** A size with more digits is left to the engine. */
    private static final int MOST_DIGITS = 15;

    private enum State {
        /** Before the first request, after the last chunk, and in a body that has no chunks. */
        OUTSIDE,
        HEAD,
        SIZE_BEGIN,
        SIZE,
        EXTENSION,
        CONTENT,
        CONTENT_END
    }

    private State state = State.OUTSIDE;

    private boolean inStatusLine;
    private boolean isInterim;
    private boolean inChunks;

    /** How many bytes of the line have come. */
    private int column;

    /** How many bytes of {@link #TRANSFER_ENCODING} the line begins with; negative if it is another field. */
    private int matched;

    /** How many bytes of {@link #CHUNKED} the line ends with. */
    private int ending;

    private boolean hasDigit;

    /** The digits without leading zeros. */
    private int digits;

    private long left;

    /** Starts anew for a request that is about to be written. */
    void begin() {
        state = State.HEAD;
        beginHead();
    }

    /** The position of the first negative size in these bytes, or {@link #NONE}. */
    int negativeIn(ByteBuffer bytes, int from, int to) {
        int at = from;
        while (at < to && state != State.OUTSIDE) {
            if (state == State.CONTENT) {
                long skipped = Math.min(left, to - at);
                at += (int) skipped;
                left -= skipped;
                state = left == 0 ? State.CONTENT_END : State.CONTENT;
                continue;
            }
            byte next = bytes.get(at);
            if (state == State.SIZE_BEGIN && next == '-') {
                state = State.OUTSIDE;
                return at;
            }
            step(next);
            at++;
        }
        return NONE;
    }

    private void step(byte next) {
        switch (state) {
            case HEAD -> head(next);
            case SIZE_BEGIN, SIZE -> size(next);
            case EXTENSION -> {
                if (next == '\n') {
                    sizeIsKnown();
                }
            }
            case CONTENT_END -> {
                if (next == '\n') {
                    beginSize();
                } else if (next != '\r') {
                    state = State.OUTSIDE;
                }
            }
            case OUTSIDE, CONTENT -> {}
        }
    }

    private void beginHead() {
        inStatusLine = true;
        isInterim = false;
        inChunks = false;
        beginLine();
    }

    private void beginLine() {
        column = 0;
        matched = 0;
        ending = 0;
    }

    private void head(byte next) {
        if (next == '\n') {
            endOfLine();
        } else if (next != '\r') {
            if (inStatusLine) {
                isInterim = column == CODE ? next == '1' : isInterim;
            } else {
                field(next);
            }
            column++;
        }
    }

    private void field(byte next) {
        char lower = (char) (next | 0x20);
        if (matched == TRANSFER_ENCODING.length() && (next == ' ' || next == '\t')) {
            // White space around the value.
            return;
        }
        if (matched == TRANSFER_ENCODING.length()) {
            ending = ending < CHUNKED.length() && lower == CHUNKED.charAt(ending) ? ending + 1 : lower == 'c' ? 1 : 0;
        } else if (matched >= 0) {
            // A colon has the bit of a lower case already.
            matched = lower == TRANSFER_ENCODING.charAt(matched) ? matched + 1 : -1;
        }
    }

    private void endOfLine() {
        if (column == 0 && inStatusLine) {
            // An empty line before the status line.
            return;
        }
        if (column > 0) {
            inChunks |= !inStatusLine && ending == CHUNKED.length();
            inStatusLine = false;
            beginLine();
        } else if (isInterim) {
            beginHead();
        } else if (inChunks) {
            beginSize();
        } else {
            state = State.OUTSIDE;
        }
    }

    private void beginSize() {
        state = State.SIZE_BEGIN;
        hasDigit = false;
        digits = 0;
        left = 0;
    }

    private void size(byte next) {
        int digit = next < 0 ? -1 : Character.digit(next, 16);
        if (digit >= 0 && digits < MOST_DIGITS) {
            left = left << 4 | digit;
            digits += left == 0 ? 0 : 1;
            hasDigit = true;
            state = State.SIZE;
        } else if (digit < 0 && hasDigit) {
            state = State.EXTENSION;
            step(next);
        } else if (next != ' ' && next != '\t' && next != '+') {
            // No size at all, or an unusual one.
            state = State.OUTSIDE;
        }
    }

    private void sizeIsKnown() {
        state = left == 0 ? State.OUTSIDE : State.CONTENT;
    }
}
