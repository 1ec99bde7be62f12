package top.neuralbox.sse;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Parses an event stream from chunks of any size, by the HTML standard, sections 9.2.5 (parsing) and 9.2.6 (interpreting). The
 * events do not depend on how the stream is split. Each event is dispatched as soon as its last byte has arrived. An event that
 * is incomplete at the end of the stream is dropped, so there is no method to call at the end.
 *
 * <p>The time is linear in the bytes of the stream. The memory is bounded by the limits. It is a few hundred bytes for a stream
 * of short events, and none as long as each event is one data line that arrives whole and in an array. An event allocates nothing, except a String
 * for an {@code id} and for an event type.
 *
 * <p>Not thread-safe: only one thread at a time may use it, with a happens-before edge between two threads. A handler must not
 * call the parser that calls it.
 *
 * <p>A handler may throw. The event, or the {@code retry} field, then counts as read: the input's position is directly after
 * its last byte, and the next call continues there. After an {@link EventStreamLimitException} the parser cannot continue;
 * further calls throw {@link IllegalStateException}.
 *
 * @since 0.1.0
 */
public final class EventStreamParser {

    private static final int DEFAULT_MAX_LINE_BYTES = 1024 * 1024;
    private static final int DEFAULT_MAX_EVENT_BYTES = 4 * 1024 * 1024;

    /** The largest array that a buffer keeps for the next event, so that an idle stream holds little after a large event. */
    static final int KEPT_BYTES = 8 * 1024;

    private static final int GREATEST_LIMIT = 1 << 30;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] NO_WINDOW = {};

    /** Large enough for a usual event; small enough to be filled again for each event of a direct buffer. */
    private static final int WINDOW = 512;

    private final int maxLineBytes;
    private final int maxEventBytes;
    private final EventBlock block;
    /** The beginning of a line whose end has not arrived yet. */
    private final GrowingBuffer unendedLine;
    /** A copy of the next bytes of an input that has no accessible array. */
    private byte[] window = NO_WINDOW;
    /** How many bytes of the byte order mark were read; its full length if the stream began without one. */
    private int markBytes;
    /** Whether the last byte was a CR. It ended its line, and an LF that follows belongs to it. */
    private boolean afterCr;
    /** The index after the last consumed byte. */
    private int cursor;

    private boolean limitBroken;

    /** A parser for one stream, with lines of at most 1 MiB and events of at most 4 MiB. */
    public EventStreamParser() {
        this(DEFAULT_MAX_LINE_BYTES, DEFAULT_MAX_EVENT_BYTES);
    }

    /**
     * A parser for one stream that begins anew.
     *
     * @param maxLineBytes the longest line in bytes, 1 to 2<sup>30</sup>, without its line end and a byte order mark; applies
     *     to every line, even to a comment or an unknown field
     * @param maxEventBytes the longest data of an event in bytes, 1 to 2<sup>30</sup>, with the line feeds between its lines
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public EventStreamParser(int maxLineBytes, int maxEventBytes) {
        this(maxLineBytes, maxEventBytes, "");
    }

    /**
     * A parser for a stream that continues another one, which had this last event ID. Events before the first {@code id} field
     * have it too (HTML standard, section 9.2.3: a reconnection keeps the last event ID string).
     *
     * @param maxLineBytes as for a stream that begins anew
     * @param maxEventBytes as for a stream that begins anew
     * @param lastEventId what the {@link #lastEventId()} of the previous parser returned
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public EventStreamParser(int maxLineBytes, int maxEventBytes, String lastEventId) {
        this.maxLineBytes = checkLimit("maxLineBytes", maxLineBytes);
        this.maxEventBytes = checkLimit("maxEventBytes", maxEventBytes);
        this.block = new EventBlock(maxEventBytes, Objects.requireNonNull(lastEventId, "lastEventId"));
        this.unendedLine = new GrowingBuffer(maxLineBytes + BYTE_ORDER_MARK.length, KEPT_BYTES);
    }

    /**
     * Consumes the input and dispatches the events that it completes. It stops early if {@link EventStreamHandler#wantsMore()}
     * returns false after an event. The input's position says how far it was read.
     *
     * @param input the next bytes of the stream, from its position to its limit; not kept
     * @param handler receives each event
     * @throws EventStreamLimitException if a line or an event is too long; the events before it were dispatched
     * @throws IllegalStateException if a limit was exceeded before
     */
    public void parse(ByteBuffer input, EventStreamHandler handler) {
        Objects.requireNonNull(handler, "handler");
        if (limitBroken) {
            throw new IllegalStateException("the stream exceeded a limit of the parser");
        }
        if (input.hasArray()) {
            parseArray(input, handler);
        } else {
            parseWindows(input, handler);
        }
    }

    /**
     * The last event ID string, empty if there is none. It is the value of the header field {@code Last-Event-ID} of a request
     * that resumes the stream. An {@code id} field takes effect at the blank line that ends its block.
     */
    public String lastEventId() {
        return block.lastEventId();
    }

    /** The bytes of all arrays that are kept between two calls. */
    int retainedBytes() {
        return unendedLine.capacity() + block.capacity() + window.length;
    }

    private void parseArray(ByteBuffer input, EventStreamHandler handler) {
        int offset = input.arrayOffset();
        int limit = offset + input.limit();
        byte[] bytes = input.array();
        cursor = offset + input.position();
        try {
            boolean unused = advance(bytes, limit, handler);
        } finally {
            input.position(cursor - offset);
        }
    }

    private void parseWindows(ByteBuffer input, EventStreamHandler handler) {
        while (input.hasRemaining()) {
            if (window.length == 0) {
                window = new byte[WINDOW];
            }
            int position = input.position();
            int length = Math.min(input.remaining(), window.length);
            input.get(position, window, 0, length);
            cursor = 0;
            try {
                if (advance(window, length, handler)) {
                    return;
                }
            } finally {
                input.position(position + cursor);
            }
        }
    }

    /**
     * Reads lines from the cursor on, until an event after which the handler wants no more (then it returns true), or until the
     * limit. Whenever the handler is called,
     * the cursor is after all bytes that were read, and all state is up to date.
     */
    private boolean advance(byte[] bytes, int limit, EventStreamHandler handler) {
        if (afterCr || markBytes < BYTE_ORDER_MARK.length) {
            skipByteOrderMark(bytes, limit);
            skipLineFeedAfterCr(bytes, limit);
        }
        while (cursor < limit) {
            int start = cursor;
            int end = LineScan.lineEnd(bytes, start, limit);
            if (end - start > maxLineBytes - unendedLine.length()) {
                throw limitBroken("a line of the event stream", maxLineBytes);
            }
            if (end == limit) {
                unendedLine.append(bytes, start, limit);
                cursor = limit;
                return false;
            }
            cursor = behindLineEnd(bytes, end, limit);
            boolean event = unendedLine.isEmpty()
                    ? processLine(bytes, start, end, bytes, limit, handler)
                    : processUnendedLine(bytes, start, end, limit, handler);
            if (event && !handler.wantsMore()) {
                return true;
            }
        }
        return false;
    }

    /** Processes a line that began in an earlier input. */
    private boolean processUnendedLine(byte[] bytes, int start, int end, int limit, EventStreamHandler handler) {
        unendedLine.append(bytes, start, end);
        byte[] whole = unendedLine.array();
        int length = unendedLine.length();
        unendedLine.clear();
        return processLine(whole, 0, length, bytes, limit, handler);
    }

    /**
     * Processes one line.
     *
     * @param bytes the input, which continues after the line at the cursor
     * @return whether an event was dispatched
     */
    private boolean processLine(byte[] line, int from, int to, byte[] bytes, int limit, EventStreamHandler handler) {
        if (from == to) {
            return block.dispatch(handler);
        }
        int value = EventBlock.dataValue(line, from, to);
        if (value < 0) {
            block.field(line, from, to, handler);
            return false;
        }
        if (!block.hasRoomFor(to - value)) {
            throw limitBroken("the data of an event", maxEventBytes);
        }
        // The usual block: its only data line and the blank line are both here, so nothing has to be kept.
        if (cursor < limit && LineScan.isLineEnd(bytes[cursor]) && !block.hasData()) {
            cursor = behindLineEnd(bytes, cursor, limit);
            block.dispatch(line, value, to, handler);
            return true;
        }
        block.data(line, value, to);
        return false;
    }

    /** The index after a line end, which is LF, CR or CRLF (section 9.2.5). */
    private int behindLineEnd(byte[] bytes, int end, int limit) {
        int next = end + 1;
        if (bytes[end] == LineScan.LF) {
            return next;
        }
        if (next == limit) {
            afterCr = true;
            return next;
        }
        return bytes[next] == LineScan.LF ? next + 1 : next;
    }

    private void skipLineFeedAfterCr(byte[] bytes, int limit) {
        if (afterCr && cursor < limit) {
            afterCr = false;
            if (bytes[cursor] == LineScan.LF) {
                cursor++;
            }
        }
    }

    /** "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present" (section 9.2.5). */
    private void skipByteOrderMark(byte[] bytes, int limit) {
        while (markBytes < BYTE_ORDER_MARK.length && cursor < limit) {
            if (bytes[cursor] != BYTE_ORDER_MARK[markBytes]) {
                // The bytes that looked like a mark are the beginning of the first line.
                unendedLine.append(BYTE_ORDER_MARK, 0, markBytes);
                markBytes = BYTE_ORDER_MARK.length;
                return;
            }
            cursor++;
            markBytes++;
        }
    }

    private EventStreamLimitException limitBroken(String what, int limit) {
        limitBroken = true;
        unendedLine.clear();
        block.discard();
        return new EventStreamLimitException(what, limit);
    }

    private static int checkLimit(String name, int limit) {
        if (limit < 1 || limit > GREATEST_LIMIT) {
            throw new IllegalArgumentException(name + " must be from 1 to " + GREATEST_LIMIT + ": " + limit);
        }
        return limit;
    }
}
