package top.neuralbox.bytes;

import java.util.List;

/** Table 3-7 of the Unicode standard, tried row by row: what is well-formed, and which prefixes of it are. */
public final class NaiveUtf8 {

    private record Range(int from, int to) {
        boolean holds(byte value) {
            return (value & 0xFF) >= from && (value & 0xFF) <= to;
        }
    }

    private static final Range TAIL = new Range(0x80, 0xBF);
    private static final List<List<Range>> WELL_FORMED = List.of(
            List.of(new Range(0x00, 0x7F)),
            List.of(new Range(0xC2, 0xDF), TAIL),
            List.of(new Range(0xE0, 0xE0), new Range(0xA0, 0xBF), TAIL),
            List.of(new Range(0xE1, 0xEC), TAIL, TAIL),
            List.of(new Range(0xED, 0xED), new Range(0x80, 0x9F), TAIL),
            List.of(new Range(0xEE, 0xEF), TAIL, TAIL),
            List.of(new Range(0xF0, 0xF0), new Range(0x90, 0xBF), TAIL, TAIL),
            List.of(new Range(0xF1, 0xF3), TAIL, TAIL, TAIL),
            List.of(new Range(0xF4, 0xF4), new Range(0x80, 0x8F), TAIL, TAIL));

    private NaiveUtf8() {}

    public static String decode(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < bytes.length) {
            int longest = 0;
            boolean whole = false;
            for (List<Range> row : WELL_FORMED) {
                int matched = 0;
                while (matched < row.size()
                        && at + matched < bytes.length
                        && row.get(matched).holds(bytes[at + matched])) {
                    matched++;
                }
                if (matched > longest) {
                    longest = matched;
                    whole = matched == row.size();
                }
            }
            text.appendCodePoint(whole ? codePoint(bytes, at, longest) : 0xFFFD);
            at += Math.max(1, longest);
        }
        return text.toString();
    }

    private static int codePoint(byte[] bytes, int at, int length) {
        int codePoint = length == 1 ? bytes[at] : bytes[at] & (0x7F >> length);
        for (int i = 1; i < length; i++) {
            codePoint = codePoint << 6 | bytes[at + i] & 0x3F;
        }
        return codePoint;
    }
}
