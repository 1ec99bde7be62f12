package top.neuralbox.testkit;

import java.util.BitSet;
import java.util.Set;

/**
 * Puts an x in the place of each byte of text, so that a recording keeps sizes, pieces and times, and tells nothing. In JSON, and
 * in events of JSON, these are all strings but those that are known to be harmless; of comments and any other content,
 * everything. One body each; not thread-safe.
 */
final class BlankText {

    /** An allow-list: what a newer service adds is blank. */
    private static final Set<String> HARMLESS =
            Set.of("type", "id", "model", "model_slug", "status", "created_at", "plan");

    /** In the place of a name, which an element of an array has not. */
    private static final String ELEMENT = "[]";

    private static final int LONGEST_NAME = 32;
    private static final String LETTER_X = "0078";

    private final boolean json;
    /** The code of an error is harmless in a refusal; in an answer, a field of that name holds a sentence. */
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
            // No string of JSON has a line end: whatever went before, this begins anew.
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
                // Of a name nothing is known before its colon; a name is no text.
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
