package top.neuralbox.sse;

import java.util.Arrays;

/**
 * A growing buffer of bytes. It holds no array before the first byte. It doubles as it grows, so that appending takes linear
 * time. When it is cleared, it drops a large array, so that an idle stream holds little after a large event.
 */
final class GrowingBuffer {

    private static final int SMALLEST = 256;
    private static final byte[] NONE = {};

    private final int maximum;
    private final int keptWhenCleared;
    private byte[] array = NONE;
    private int length;

    /**
     * @param maximum the largest capacity in bytes; the caller must not append more
     * @param keptWhenCleared the largest array in bytes that is kept when the buffer is cleared
     */
    GrowingBuffer(int maximum, int keptWhenCleared) {
        this.maximum = maximum;
        this.keptWhenCleared = keptWhenCleared;
    }

    /** The array, with the bytes from index 0 on. Growing replaces it; clearing does not change its content. */
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

    /** Empties the buffer. An array that {@link #array} returned does not change before the next append. */
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
