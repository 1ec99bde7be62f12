package top.neuralbox.sse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds line ends, eight bytes a step: every byte of a stream passes through here once. */
final class LineScan {

    static final byte LF = '\n';
    static final byte CR = '\r';

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long BEHIND_CR = (CR + 1) * EACH_BYTE;

    private LineScan() {}

    /** The index of the first CR or LF in {@code [from, to)}, or {@code to}. */
    static int lineEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at <= to - Long.BYTES) {
            long candidates = candidates((long) LONG.get(bytes, at));
            if (candidates == 0) {
                at += Long.BYTES;
                continue;
            }
            at += Long.numberOfTrailingZeros(candidates) >>> 3;
            if (isLineEnd(bytes[at])) {
                return at;
            }
            at++;
        }
        int last = to - Long.BYTES;
        if (at < to && last >= from) {
            // The last bytes, which a cut line always has, come from a word that begins before them.
            long word = (long) LONG.get(bytes, last);
            if ((candidates(word) & -1L << ((at - last) << 3)) == 0) {
                return to;
            }
        }
        while (at < to && !isLineEnd(bytes[at])) {
            at++;
        }
        return at;
    }

    /**
     * The high bit of each byte that is no greater than CR. A borrow can set a wrong bit only above a right one, and the
     * lowest one is taken. Text holds hardly any other control characters: one test does for both line ends, and what it
     * finds is looked at.
     */
    private static long candidates(long word) {
        return (word - BEHIND_CR) & ~word & HIGH_BITS;
    }

    static boolean isLineEnd(byte value) {
        return value == LF || value == CR;
    }
}
