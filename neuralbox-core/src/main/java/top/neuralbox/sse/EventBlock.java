package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The fields read since the last blank line, and what they mean: section 9.2.6 of the HTML standard with its buffers
 * under their names there. Lines come without their ends; all of them are bytes, since every character that the grammar
 * knows is one byte in UTF-8 and part of no other character.
 */
final class EventBlock {

    /** The event type where the stream names none. */
    private static final String MESSAGE = "message";

    private static final byte[] EVENT = "event".getBytes(US_ASCII);
    private static final byte[] DATA = "data".getBytes(US_ASCII);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long DATA_COLON = 'd' | 'a' << 8 | 't' << 16 | 'a' << 24 | (long) ':' << 32;
    private static final long DATA_MASK = (1L << 40) - 1;
    private static final byte[] ID = "id".getBytes(US_ASCII);
    private static final byte[] RETRY = "retry".getBytes(US_ASCII);
    private static final int NO_SUCH_FIELD = -1;

    private final int maxEventBytes;
    private final TypeNames typeNames = new TypeNames();
    private final GrowingBuffer dataBuffer;
    private String eventTypeBuffer = "";
    private String lastEventIdBuffer = "";
    /**
     * Whether a field of this block is kept here. Most blocks are one line of data that is dispatched from where it is, and
     * leave all below untouched: a reference that is written costs the collector, be it the same as before.
     */
    private boolean begun;

    private String lastEventId = "";

    EventBlock(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
        this.dataBuffer = new GrowingBuffer(maxEventBytes + 1, EventStreamParser.KEPT_BYTES);
    }

    String lastEventId() {
        return lastEventId;
    }

    boolean hasData() {
        return begun && !dataBuffer.isEmpty();
    }

    /** Whether a further data line with a value of this length keeps the event within its limit. */
    boolean hasRoomFor(int length) {
        return length <= (begun ? maxEventBytes - dataBuffer.length() : maxEventBytes);
    }

    /** Where the value of this line begins if it is a data field, else negative. */
    static int dataValue(byte[] line, int from, int to) {
        // Nearly every line is one: its name and its colon are looked at in one word.
        if (to - from >= Long.BYTES && ((long) LONG.get(line, from) & DATA_MASK) == DATA_COLON) {
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
            eventTypeBuffer = typeNames.decode(line, value, to);
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
     * "Dispatch the event", at a blank line. The block is over before the handler is called, so that what it throws
     * leaves nothing behind.
     *
     * @return whether there was an event; a block without data makes none
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

    /** Dispatches the event whose only data line is at hand, without a way round through the data buffer. */
    void dispatch(byte[] line, int value, int to, EventStreamHandler handler) {
        handler.event(endBlock(), line, value, to - value, lastEventId);
    }

    /** Drops what is held, for a stream that is not read on. */
    void discard() {
        dataBuffer.clear();
    }

    int capacity() {
        return dataBuffer.capacity();
    }

    /** Puts the last event ID into force, empties the event type buffer and returns the type it stood for. */
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

    /** "If the field value does not contain U+0000 NULL", the value is the last event ID from the next blank line on. */
    private void id(byte[] line, int value, int to) {
        for (int i = value; i < to; i++) {
            if (line[i] == 0) {
                return;
            }
        }
        lastEventIdBuffer = Utf8.decode(line, value, to - value);
        begun = true;
    }

    /** "If the field value consists of only ASCII digits": a value beyond 64 bits counts as the greatest. */
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
     * Where the value begins in a line of this field: behind the colon and one space, at the end if there is no colon.
     * No colon has to be looked for: a line is this field if its name stands before a colon or is all of the line.
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
