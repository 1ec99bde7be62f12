package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes an event stream as UTF-8 bytes, the inverse of {@link EventStreamParser} (HTML standard, section 9.2.5). Methods add
 * fields to a block, {@link #dispatch} ends it, and {@link #drain} or {@link #drainTo} takes all bytes out of the writer:
 *
 * <pre>{@code
 * EventStreamWriter events = new EventStreamWriter();
 * events.data("{\"type\": \"content_delta\", \"delta\": \"Hi\"}").dispatch().drainTo(response);
 * }</pre>
 *
 * <p>One space is written before each value. A reader removes it, so leading spaces of the value are kept. UTF-8 cannot
 * represent half of a surrogate pair, so a single surrogate becomes U+FFFD; to keep it, escape it before, for example in JSON.
 * A method that throws has written nothing.
 *
 * <p>One buffer is reused for all events. Writing allocates nothing once the buffer has grown to the usual size, up to 64 KiB.
 * Not thread-safe.
 *
 * @since 0.1.0
 */
public final class EventStreamWriter {

    private static final byte[] EVENT = "event: ".getBytes(US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(US_ASCII);
    private static final byte[] ID = "id: ".getBytes(US_ASCII);
    private static final byte[] RETRY = "retry: ".getBytes(US_ASCII);
    private static final byte[] COMMENT = ": ".getBytes(US_ASCII);
    private static final int REPLACEMENT = 0xFFFD;

    /** Enough for all events of one network read, which can then be written at once. */
    private static final int KEPT_BYTES = 64 * 1024;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final GrowingBuffer buffer = new GrowingBuffer(LARGEST_ARRAY, KEPT_BYTES);

    /** An empty writer. */
    public EventStreamWriter() {}

    /**
     * Writes the type of the event. The empty string means {@code message}, the type of an event without this field.
     *
     * @throws IllegalArgumentException if the type contains CR or LF, which an event type cannot hold
     */
    public EventStreamWriter event(String type) {
        refuse("an event type", type, "\r\n");
        return line(EVENT, type);
    }

    /**
     * Writes the ID of the event. It stays the last event ID for all later events; the empty string resets it.
     *
     * @throws IllegalArgumentException if the ID contains CR, LF or NUL, which an event ID cannot hold
     */
    public EventStreamWriter id(String id) {
        refuse("an event ID", id, "\r\n\0");
        return line(ID, id);
    }

    /**
     * Writes the reconnection time. It needs no {@link #dispatch} to take effect.
     *
     * @param millis the time in milliseconds, zero or more
     * @throws IllegalArgumentException if the time is negative
     */
    public EventStreamWriter retry(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("a reconnection time cannot be negative: " + millis);
        }
        return line(RETRY, Long.toString(millis));
    }

    /**
     * Writes data, with one field for each of its lines, so that CR and CRLF arrive as LF. Several calls for one event add
     * lines to its data.
     */
    public EventStreamWriter data(String data) {
        return lines(DATA, data);
    }

    /**
     * Writes data that is UTF-8 already. Only its line ends are changed, as by {@link #data(String)}. It is not checked: a
     * reader replaces malformed bytes.
     *
     * @throws IndexOutOfBoundsException if the range is not inside the array
     */
    public EventStreamWriter data(byte[] utf8, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, utf8.length);
        int limit = offset + length;
        int start = offset;
        while (true) {
            int end = LineScan.lineEnd(utf8, start, limit);
            buffer.append(DATA, 0, DATA.length);
            buffer.append(utf8, start, end);
            buffer.append(LineScan.LF);
            if (end == limit) {
                return this;
            }
            boolean crlf = utf8[end] == LineScan.CR && end + 1 < limit && utf8[end + 1] == LineScan.LF;
            start = crlf ? end + 2 : end + 1;
        }
    }

    /** Writes a comment, with one line for each of its lines. Readers skip it, so it can keep a connection alive. */
    public EventStreamWriter comment(String text) {
        return lines(COMMENT, text);
    }

    /** Ends the block with a blank line. A reader dispatches the event if there was data. */
    public EventStreamWriter dispatch() {
        buffer.append(LineScan.LF);
        return this;
    }

    /** The number of bytes that were written but not drained. */
    public int size() {
        return buffer.length();
    }

    /** Returns the written bytes in a new array, and empties the writer. */
    public byte[] drain() {
        byte[] bytes = Arrays.copyOf(buffer.array(), buffer.length());
        buffer.clear();
        return bytes;
    }

    /**
     * Writes the written bytes to a stream, with one {@code write}, and empties the writer, even if that fails. Does not flush.
     *
     * @throws IOException if the stream throws it
     */
    public void drainTo(OutputStream target) throws IOException {
        Objects.requireNonNull(target, "target");
        byte[] bytes = buffer.array();
        int length = buffer.length();
        buffer.clear();
        target.write(bytes, 0, length);
    }

    private EventStreamWriter line(byte[] field, String value) {
        buffer.append(field, 0, field.length);
        text(value, 0, value.length());
        buffer.append(LineScan.LF);
        return this;
    }

    private EventStreamWriter lines(byte[] field, String value) {
        int start = 0;
        while (true) {
            int end = lineEnd(value, start);
            buffer.append(field, 0, field.length);
            text(value, start, end);
            buffer.append(LineScan.LF);
            if (end == value.length()) {
                return this;
            }
            start = value.startsWith("\r\n", end) ? end + 2 : end + 1;
        }
    }

    private static int lineEnd(String value, int from) {
        int at = from;
        while (at < value.length() && value.charAt(at) != LineScan.LF && value.charAt(at) != LineScan.CR) {
            at++;
        }
        return at;
    }

    private void text(String value, int from, int to) {
        int at = from;
        while (at < to) {
            char unit = value.charAt(at++);
            if (unit < 0x80) {
                buffer.append((byte) unit);
            } else if (!Character.isSurrogate(unit)) {
                codePoint(unit);
            } else if (at < to && Character.isSurrogatePair(unit, value.charAt(at))) {
                codePoint(Character.toCodePoint(unit, value.charAt(at++)));
            } else {
                codePoint(REPLACEMENT);
            }
        }
    }

    /** Writes the two to four bytes of a code point beyond ASCII. */
    private void codePoint(int codePoint) {
        if (codePoint < 0x800) {
            buffer.append((byte) (0xC0 | (codePoint >> 6)));
            continuation(codePoint);
        } else if (codePoint < 0x10000) {
            buffer.append((byte) (0xE0 | (codePoint >> 12)));
            continuation(codePoint >> 6);
            continuation(codePoint);
        } else {
            buffer.append((byte) (0xF0 | (codePoint >> 18)));
            continuation(codePoint >> 12);
            continuation(codePoint >> 6);
            continuation(codePoint);
        }
    }

    private void continuation(int bits) {
        buffer.append((byte) (0x80 | (bits & 0x3F)));
    }

    private static void refuse(String what, String value, String refused) {
        for (int i = 0; i < value.length(); i++) {
            if (refused.indexOf(value.charAt(i)) >= 0) {
                throw new IllegalArgumentException(
                        "%s cannot contain U+%04X, found at index %d".formatted(what, (int) value.charAt(i), i));
            }
        }
    }
}
