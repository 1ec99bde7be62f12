package top.neuralbox.testkit.recording;

import java.util.BitSet;
import java.util.Set;

/**
 * Replaces each byte of text with an x, so that a recording keeps sizes, pieces and times, but no text. In JSON, and in events
 * of JSON, it replaces all strings except those known to be harmless. In comments and any other content, it replaces
 * everything. For one body; not thread-safe.
 */
final class BlankText {

    /** An allow-list: fields that a newer service adds are replaced. */
    private static final Set<String> HARMLESS =
            Set.of("type", "id", "model", "model_slug", "status", "created_at", "plan");

    /** Used as the name of an array's element, which has none. */
    private static final String ELEMENT = "[]";

    private static final int LONGEST_NAME = 32;
    private static final String LETTER_X = "0078";

    private final boolean json;
    /** Whether the field {@code error} is harmless: in a refusal it holds a code, in an answer a sentence. */
    private final boolean refusal;

    private final StringBuilder string = new StringBuilder();
    private final BitSet arrays = new BitSet();
    private int depth;
    private String name = "";
    private boolean lineBegins = true;
    private boolean comment;
    private boolean inString;
    private boolean blank;
    private boolean escaped;
    private int hexLeft;

    BlankText(int status, String contentType) {
        this.json = contentType.contains("json") || contentType.contains("event-stream");
        this.refusal = status >= 400;
    }

    byte[] blank(byte[] bytes) {
        byte[] blank = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            blank[i] = blank(bytes[i]);
        }
        return blank;
    }

    private byte blank(byte b) {
        if (b == '\n' || b == '\r') {
            // No string of JSON contains a line end, so the state begins anew.
            lineBegins = true;
            comment = false;
            inString = false;
            escaped = false;
            hexLeft = 0;
            return b;
        }
        if (lineBegins) {
            lineBegins = false;
            comment = b == ':';
            if (comment) {
                return b;
            }
        }
        if (!json || comment) {
            return b == ' ' ? b : (byte) 'x';
        }
        return inString ? inString(b) : outside(b);
    }

    private byte outside(byte b) {
        switch (b) {
            case '"' -> {
                inString = true;
                // A string may be a name, which is no text; only its colon shows it.
                blank = !name.isEmpty() && !isHarmless(name);
                string.setLength(0);
            }
            case ':' -> name = string.toString();
            case '{' -> open(false);
            case '[' -> open(true);
            case '}', ']' -> depth = Math.max(0, depth - 1);
            case ',' -> name = arrays.get(depth) ? ELEMENT : "";
            default -> {}
        }
        return b;
    }

    private void open(boolean array) {
        depth++;
        arrays.set(depth, array);
        name = array ? ELEMENT : "";
    }

    private byte inString(byte b) {
        if (hexLeft > 0) {
            byte x = (byte) LETTER_X.charAt(LETTER_X.length() - hexLeft);
            hexLeft--;
            return blank ? x : b;
        }
        if (escaped) {
            escaped = false;
            hexLeft = b == 'u' ? 4 : 0;
            return b;
        }
        if (b == '\\') {
            escaped = true;
            return b;
        }
        if (b == '"') {
            inString = false;
            return b;
        }
        if (string.length() < LONGEST_NAME) {
            string.append((char) (b & 0xff));
        }
        return blank ? (byte) 'x' : b;
    }

    private boolean isHarmless(String field) {
        return HARMLESS.contains(field) || (refusal && field.equals("error"));
    }
}
