package top.neuralbox.sse;

import java.util.Arrays;

/**
 * Bytes that have to be kept. It holds no array until the first byte comes, doubles as it grows, so that appending takes
 * linear time, and gives a large array up when it is cleared, so that an idle stream does not pay for a past giant.
 */
final class GrowingBuffer {

    private static final int SMALLEST = 256;
    private static final byte[] NONE = {};

    private final int maximum;
    private final int keptWhenCleared;
    private byte[] array = NONE;
    private int length;

    /**
     * @param maximum the largest capacity in bytes; the caller sees to it that no more is appended
     * @param keptWhenCleared the largest array in bytes that clearing leaves for the next time
     */
    GrowingBuffer(int maximum, int keptWhenCleared) {
        this.maximum = maximum;
        this.keptWhenCleared = keptWhenCleared;
    }

    /** The bytes, from index 0 on; replaced when it grows, and left as it is when it is cleared. */
    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    void append(byte value) {
        if (length == array.length) {
            grow(1);
        }
        array[length++] = value;
    }

    void append(byte[] bytes, int from, int to) {
        int count = to - from;
        if (count > array.length - length) {
            grow(count);
        }
        System.arraycopy(bytes, from, array, length, count);
        length += count;
    }

    /** Empties the buffer. An array that was handed out stays untouched until the next append. */
    void clear() {
        length = 0;
        if (array.length > keptWhenCleared) {
            array = NONE;
        }
    }

    int capacity() {
        return array.length;
    }

    private void grow(int count) {
        if (count > maximum - length) {
            throw new OutOfMemoryError("more than " + maximum + " bytes");
        }
        long wanted = Math.max(Math.max(SMALLEST, 2L * array.length), (long) length + count);
        array = Arrays.copyOf(array, (int) Math.min(wanted, maximum));
    }
}
