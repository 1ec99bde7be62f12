package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import top.neuralbox.bytes.Utf8;
import top.neuralbox.bytes.Words;

/**
 * The fields read since the last blank line, interpreted as in section 9.2.6 of the HTML standard; the buffers have the
 * standard's names. Lines come without their line ends, as bytes: each character of the grammar is one byte in UTF-8, and part
 * of no other character.
 */
final class EventBlock {

    /** The event type if the stream names none. */
    private static final String MESSAGE = "message";

    private static final byte[] EVENT = "event".getBytes(US_ASCII);
    private static final byte[] DATA = "data".getBytes(US_ASCII);
    private static final long DATA_COLON = 'd' | 'a' << 8 | 't' << 16 | 'a' << 24 | (long) ':' << 32;
    private static final long DATA_MASK = (1L << 40) - 1;
    private static final byte[] ID = "id".getBytes(US_ASCII);
    private static final byte[] RETRY = "retry".getBytes(US_ASCII);
    private static final int NO_SUCH_FIELD = -1;

    private final int maxEventBytes;
    private final GrowingBuffer dataBuffer;
    private String eventTypeBuffer = "";
    private String lastEventIdBuffer;
    /**
     * Whether a field of this block is kept here. Most blocks are one line of data, which is dispatched from the input. They
     * change no field of this object, because writing a reference costs the collector, even if its value stays the same.
     */
    private boolean begun;

    private String lastEventId;

    EventBlock(int maxEventBytes, String lastEventId) {
        this.maxEventBytes = maxEventBytes;
        this.dataBuffer = new GrowingBuffer(maxEventBytes + 1, EventStreamParser.KEPT_BYTES);
        this.lastEventIdBuffer = lastEventId;
        this.lastEventId = lastEventId;
    }

    String lastEventId() {
        return lastEventId;
    }

    boolean hasData() {
        return begun && !dataBuffer.isEmpty();
    }

    /** Whether the event stays within its limit after another data line with a value of this length. */
    boolean hasRoomFor(int length) {
        return length <= (begun ? maxEventBytes - dataBuffer.length() : maxEventBytes);
    }

    /** The index of this line's value if it is a data field, else negative. */
    static int dataValue(byte[] line, int from, int to) {
        // Nearly every line is a data field. One word holds its name and its colon.
        if (to - from >= Long.BYTES && (Words.at(line, from) & DATA_MASK) == DATA_COLON) {
            int value = from + DATA.length + 1;
            return line[value] == ' ' ? value + 1 : value;
        }
        return value(line, from, to, DATA);
    }

    /** "If the field name is data": append the value to the data buffer, then a single LF. */
    void data(byte[] line, int value, int to) {
        begun = true;
        dataBuffer.append(line, value, to);
        dataBuffer.append(LineScan.LF);
    }

    /** Processes a line that is not blank and not data; a comment or an unknown field has no effect. */
    void field(byte[] line, int from, int to, EventStreamHandler handler) {
        int value = value(line, from, to, EVENT);
        if (value >= 0) {
            eventTypeBuffer = Utf8.text(line, value, to);
            begun = true;
            return;
        }
        value = value(line, from, to, ID);
        if (value >= 0) {
            id(line, value, to);
            return;
        }
        value = value(line, from, to, RETRY);
        if (value >= 0) {
            retry(line, value, to, handler);
        }
    }

    /**
     * "Dispatch the event", at a blank line. The block ends before the handler is called, so that an exception from the handler
     * leaves no state.
     *
     * @return whether there was an event; a block without data is none
     */
    boolean dispatch(EventStreamHandler handler) {
        if (dataBuffer.isEmpty()) {
            endBlock();
            return false;
        }
        byte[] data = dataBuffer.array();
        int length = dataBuffer.length() - 1; // "If the data buffer's last character is LF, remove it."
        dataBuffer.clear();
        handler.event(endBlock(), data, 0, length, lastEventId);
        return true;
    }

    /** Dispatches an event from its only data line, without copying it to the data buffer. */
    void dispatch(byte[] line, int value, int to, EventStreamHandler handler) {
        handler.event(endBlock(), line, value, to - value, lastEventId);
    }

    /** Drops the data of a stream that is not read any further. */
    void discard() {
        dataBuffer.clear();
    }

    int capacity() {
        return dataBuffer.capacity();
    }

    /** Sets the last event ID, empties the event type buffer and returns the event's type. */
    private String endBlock() {
        if (!begun) {
            return MESSAGE;
        }
        begun = false;
        lastEventId = lastEventIdBuffer;
        String type = eventTypeBuffer;
        eventTypeBuffer = "";
        return type.isEmpty() ? MESSAGE : type;
    }

    /** "If the field value does not contain U+0000 NULL", the value becomes the last event ID at the next blank line. */
    private void id(byte[] line, int value, int to) {
        for (int i = value; i < to; i++) {
            if (line[i] == 0) {
                return;
            }
        }
        lastEventIdBuffer = Utf8.text(line, value, to);
        begun = true;
    }

    /** "If the field value consists of only ASCII digits". A value beyond 64 bits becomes {@link Long#MAX_VALUE}. */
    private static void retry(byte[] line, int value, int to, EventStreamHandler handler) {
        if (value == to) {
            return;
        }
        long millis = 0;
        for (int i = value; i < to; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            millis = millis > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : millis * 10 + digit;
        }
        handler.retry(millis);
    }

    /**
     * The index of the value in a line of this field: after the colon and one space, or at the end if there is no colon. No
     * search for the colon is needed: a line is this field if it begins with the name and a colon, or is only the name.
     */
    private static int value(byte[] line, int from, int to, byte[] name) {
        int colon = from + name.length;
        if (colon > to || !Arrays.equals(line, from, colon, name, 0, name.length)) {
            return NO_SUCH_FIELD;
        }
        if (colon == to) {
            return to;
        }
        if (line[colon] != ':') {
            return NO_SUCH_FIELD;
        }
        int value = colon + 1;
        return value < to && line[value] == ' ' ? value + 1 : value;
    }
}
