package top.neuralbox.sse;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Reads an event stream from bytes that come in pieces of any size, after the HTML standard, sections 9.2.5 (parsing) and
 * 9.2.6 (interpreting). However the stream is cut, the events are the same, and each is dispatched as soon as the byte
 * that completes it is there. What the end of a stream leaves incomplete is not an event: there is nothing to call
 * then.
 *
 * <p>The time taken is linear in the bytes of the stream. The memory kept is bounded by the limits, a few hundred bytes
 * for a stream of short events, and none before the first event that a cut divides. An event allocates nothing, save a
 * String for an {@code id} and for an event type that was not in recent use.
 *
 * <p>Not thread-safe: one thread at a time, with a happens-before edge between two of them. A handler must not call the
 * parser that calls it.
 *
 * <p>A handler may throw. By then the event, or the {@code retry} field, counts as read: the input's position is right
 * behind its last byte, and the parser goes on from there at the next call. After an {@link EventStreamLimitException}
 * there is no way to go on; further calls throw {@link IllegalStateException}.
 *
 * @since 0.1.0
 */
public final class EventStreamParser {

    /** The longest line in bytes, 1 MiB, unless the constructor is told another. */
    public static final int DEFAULT_MAX_LINE_BYTES = 1024 * 1024;

    /** The longest data of an event in bytes, 4 MiB, unless the constructor is told another. */
    public static final int DEFAULT_MAX_EVENT_BYTES = 4 * 1024 * 1024;

    /** The largest array that each buffer keeps for the next event; an idle stream does not pay for a past giant. */
    static final int KEPT_BYTES = 8 * 1024;

    private static final int GREATEST_LIMIT = 1 << 30;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] NO_WINDOW = {};

    /** Large enough for the usual event, small enough to be filled again for each one of a direct buffer. */
    private static final int WINDOW = 512;

    private final int maxLineBytes;
    private final int maxEventBytes;
    private final EventBlock block;
    /** The beginning of a line whose end did not come yet. */
    private final GrowingBuffer unendedLine;
    /** What is read of an input that has no accessible array. */
    private byte[] window = NO_WINDOW;
    /** How many bytes of the byte order mark were read; all of them once the stream has begun without one. */
    private int markBytes;
    /** A CR was the last byte: it ended its line, and an LF that follows belongs to it. */
    private boolean afterCr;
    /** The index behind the last byte consumed. */
    private int cursor;

    private boolean limitBroken;

    /** A parser for one stream, with the default limits. */
    public EventStreamParser() {
        this(DEFAULT_MAX_LINE_BYTES, DEFAULT_MAX_EVENT_BYTES);
    }

    /**
     * A parser for one stream.
     *
     * @param maxLineBytes the longest line in bytes, 1 to 2<sup>30</sup>, counted without its line end and without a byte
     *     order mark; holds for every line, also for a comment or an unknown field
     * @param maxEventBytes the longest data of an event in bytes, 1 to 2<sup>30</sup>, counted with the line feeds
     *     between its lines
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public EventStreamParser(int maxLineBytes, int maxEventBytes) {
        this.maxLineBytes = checkLimit("maxLineBytes", maxLineBytes);
        this.maxEventBytes = checkLimit("maxEventBytes", maxEventBytes);
        this.block = new EventBlock(maxEventBytes);
        this.unendedLine = new GrowingBuffer(maxLineBytes + BYTE_ORDER_MARK.length, KEPT_BYTES);
    }

    /**
     * Consumes all of the input and hands on the events that it completes, or as many as the handler wants: it is asked by
     * {@link EventStreamHandler#wantsMore()} behind each of them, and the input's position tells how far it was read.
     *
     * @param input the next bytes of the stream, from its position to its limit; not kept
     * @param handler told of each event
     * @throws EventStreamLimitException if a line or an event is too long; the events before it were handed on
     * @throws IllegalStateException if a limit was broken before
     */
    public void parse(ByteBuffer input, EventStreamHandler handler) {
        parse(input, handler, false);
    }

    /**
     * Consumes the input up to the end of the next event, or all of it.
     *
     * @param input the next bytes of the stream, from its position to its limit; not kept
     * @param handler told of the event, and of a retry before it
     * @return whether an event was handed on; the input's position is right behind it. If not, nothing remains.
     * @throws EventStreamLimitException if a line or an event is too long
     * @throws IllegalStateException if a limit was broken before
     */
    public boolean parseNext(ByteBuffer input, EventStreamHandler handler) {
        return parse(input, handler, true);
    }

    /**
     * The last event ID string: the value of the {@code Last-Event-ID} header of a request that resumes the stream, empty
     * if there is none. An {@code id} field takes effect at the blank line that ends its block.
     */
    public String lastEventId() {
        return block.lastEventId();
    }

    /** How many bytes of arrays are kept between two calls. */
    int retainedBytes() {
        return unendedLine.capacity() + block.capacity() + window.length;
    }

    /** Parses up to the end of the next event and tells whether there is one, or parses all of the input. */
    private boolean parse(ByteBuffer input, EventStreamHandler handler, boolean one) {
        Objects.requireNonNull(handler, "handler");
        if (limitBroken) {
            throw new IllegalStateException("the stream broke a limit of the parser");
        }
        return input.hasArray() ? parseArray(input, handler, one) : parseWindows(input, handler, one);
    }

    private boolean parseArray(ByteBuffer input, EventStreamHandler handler, boolean one) {
        int offset = input.arrayOffset();
        int limit = offset + input.limit();
        byte[] bytes = input.array();
        cursor = offset + input.position();
        try {
            return advance(bytes, limit, handler, one);
        } finally {
            input.position(cursor - offset);
        }
    }

    private boolean parseWindows(ByteBuffer input, EventStreamHandler handler, boolean one) {
        while (input.hasRemaining()) {
            if (window.length == 0) {
                window = new byte[WINDOW];
            }
            int position = input.position();
            int length = Math.min(input.remaining(), window.length);
            input.get(position, window, 0, length);
            cursor = 0;
            try {
                if (advance(window, length, handler, one)) {
                    return true;
                }
            } finally {
                input.position(position + cursor);
            }
        }
        return false;
    }

    /**
     * Reads lines from the cursor on, until one of them dispatches an event behind which to stop, or the limit is reached.
     * The cursor is behind all that was read, and no state is left to change, whenever the handler is called.
     */
    private boolean advance(byte[] bytes, int limit, EventStreamHandler handler, boolean one) {
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
            if (event && (one || !handler.wantsMore())) {
                return true;
            }
        }
        return false;
    }

    /** Processes the line that began in an earlier input. */
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
     * @param bytes the input that goes on behind the line, at the cursor
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
        // The usual block: its only data line and the blank line are both here, nothing has to be kept.
        if (cursor < limit && LineScan.isLineEnd(bytes[cursor]) && !block.hasData()) {
            cursor = behindLineEnd(bytes, cursor, limit);
            block.dispatch(line, value, to, handler);
            return true;
        }
        block.data(line, value, to);
        return false;
    }

    /** The index behind a line end, which is LF, CR or CRLF (section 9.2.5). */
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
                // What looked like a mark is the beginning of the first line.
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
            throw new IllegalArgumentException(name + " is " + limit + ", not in 1 to " + GREATEST_LIMIT);
        }
        return limit;
    }
}
