package top.neuralbox;

import java.nio.charset.StandardCharsets;

/** Makes the beginning of a foreign body fit to stand in a message: one line, bounded, nothing that steers a terminal. */
final class Excerpt {

    private static final int MOST_BYTES = 2048;

    private Excerpt() {}

    /** The same for a text that a service wrote. */
    static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }

    /** The first 2 KiB of a body as text, with an ellipsis if it goes on; empty if there is nothing but white space. */
    static String of(byte[] body, int from, int to) {
        boolean cut = to - from > MOST_BYTES;
        int end = cut ? characterStart(body, from + MOST_BYTES) : to;
        String text = Utf8.text(body, from, end).strip();
        StringBuilder line = new StringBuilder(text.length() + 1);
        text.codePoints().forEach(character -> append(line, character));
        return cut ? line.append('…').toString() : line.toString();
    }

    /** Steps back to the lead byte of the character that an index would cut. */
    private static int characterStart(byte[] body, int index) {
        int at = index;
        while (at > index - 3 && (body[at] & 0xC0) == 0x80) {
            at--;
        }
        return at;
    }

    private static void append(StringBuilder line, int character) {
        switch (character) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                if (isPrintable(character)) {
                    line.appendCodePoint(character);
                } else {
                    line.append(String.format("\\u%04X", character));
                }
            }
        }
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
