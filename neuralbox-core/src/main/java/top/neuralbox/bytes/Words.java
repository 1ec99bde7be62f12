package top.neuralbox.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Words of eight bytes. One instruction tests all bytes of a word. The first byte in an array is the lowest byte of its word,
 * so the lowest set bit of a result belongs to the first byte that was found.
 */
public final class Words {

    /** The highest bit of each byte. It is set in every byte that is not ASCII. */
    public static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    /** One in each byte. Multiplied by a byte, it gives a word that repeats this byte. */
    public static final long ONES = 0x0101_0101_0101_0101L;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    /** The word that begins at an index. */
    public static long at(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    /**
     * The high bit of each zero byte. Bits above the lowest one may be wrong, by a borrow. A byte with its own high bit set is
     * never taken for zero.
     */
    public static long zeros(long word) {
        return (word - ONES) & ~word & HIGH_BITS;
    }

    /** The index in a word, from 0 to 7, of the byte with the lowest set bit. */
    public static int firstByte(long bits) {
        return Long.numberOfTrailingZeros(bits) >>> 3;
    }
}
