package top.neuralbox.contract;

/** Header fields of a given size. */
final class HeadFields {

    /** The most bytes that the name and the separators of a field take. */
    static final int OVERHEAD = 10;

    private HeadFields() {}

    /** Lines of HTTP/1.1. */
    static String[] lines(int fields, int length) {
        String[] lines = new String[fields];
        for (int i = 0; i < fields; i++) {
            lines[i] = "X-" + i + ": " + value(length);
        }
        return lines;
    }

    /** Alternating names and values, in lower case. */
    static String[] pairs(int fields, int length) {
        String[] pairs = new String[2 * fields];
        for (int i = 0; i < fields; i++) {
            pairs[2 * i] = "x-" + i;
            pairs[2 * i + 1] = value(length);
        }
        return pairs;
    }

    private static String value(int length) {
        return "v".repeat(length - OVERHEAD);
    }
}
