package top.neuralbox.sse;

import top.neuralbox.bytes.Words;

/** Finds line ends, eight bytes at a time. It reads every byte of a stream once. */
final class LineScan {

    static final byte LF = '\n';
    static final byte CR = '\r';

    private static final long BEHIND_CR = (CR + 1) * Words.ONES;

    private LineScan() {}

    /** The index of the first CR or LF in {@code [from, to)}, or {@code to}. */
    static int lineEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at <= to - Long.BYTES) {
            long candidates = candidates(Words.at(bytes, at));
            if (candidates == 0) {
                at += Long.BYTES;
                continue;
            }
            at += Words.firstByte(candidates);
            if (isLineEnd(bytes[at])) {
                return at;
            }
            at++;
        }
        int last = to - Long.BYTES;
        if (at < to && last >= from) {
            // Reads the last bytes, which every split line has, with a word that begins before them.
            long word = Words.at(bytes, last);
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
     * The high bit of each byte that is not greater than CR. A borrow can set a wrong bit only above a right one, and only the
     * lowest bit is used. Text holds hardly any other control characters, so one test finds both line ends, and each byte that
     * it finds is checked.
     */
    private static long candidates(long word) {
        return (word - BEHIND_CR) & ~word & Words.HIGH_BITS;
    }

    static boolean isLineEnd(byte value) {
        return value == LF || value == CR;
    }
}
