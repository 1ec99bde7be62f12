package top.neuralbox.testkit.recording;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

    /** What stands outside of strings in JSON, and the mark of the end. */
    private static final List<String> LITERALS = List.of("true", "false", "null", "DONE");

    /** The fields of an event stream (HTML standard, section 9.2.6). */
    private static final List<String> FIELDS = List.of("data", "event", "id", "retry");

    private static final String NUMBER = "0123456789+-.eE";

    private final boolean json;
    private final boolean events;
    /** Whether the field {@code error} is harmless: in a refusal it holds a code, in an answer a sentence. */
    private final boolean refusal;

    private final StringBuilder string = new StringBuilder();
    private final BitSet arrays = new BitSet();
    private int depth;
    private String name = "";
    private boolean lineBegins = true;
    private boolean comment;

    /** Within the name of a field of an event stream, until its colon. */
    private boolean inField;

    /** The letters outside of strings so far, as long as they begin a known word; null after a letter that does not. */
    private @Nullable StringBuilder word = new StringBuilder();

    private boolean behindReturn;
    private boolean inString;
    private boolean blank;
    private boolean escaped;
    private int hexLeft;

    BlankText(int status, String contentType) {
        this.events = contentType.contains("event-stream");
        this.json = contentType.contains("json") || events;
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
            lineEnds(b == '\n' && behindReturn);
            behindReturn = b == '\r';
            return b;
        }
        behindReturn = false;
        if (lineBegins) {
            lineBegins = false;
            comment = b == ':';
            inField = events && !comment;
            word = new StringBuilder();
            if (comment) {
                return b;
            }
        }
        if (!json || comment) {
            return b == ' ' ? b : (byte) 'x';
        }
        return inString ? inString(b) : outside(b);
    }

    /** No string of JSON contains a line end, so the state begins anew. An empty line ends an event. */
    private void lineEnds(boolean sameEnd) {
        if (lineBegins && !sameEnd) {
            depth = 0;
            name = "";
        }
        lineBegins = true;
        comment = false;
        inField = false;
        inString = false;
        escaped = false;
        hexLeft = 0;
        word = new StringBuilder();
    }

    private byte outside(byte b) {
        if (inField && b == ':') {
            inField = false;
            word = new StringBuilder();
            return b;
        }
        switch (b) {
            case '"' -> {
                inString = true;
                // A string within an object may be a name, which is no text; only its colon shows it.
                blank = depth == 0 || (!name.isEmpty() && !isHarmless(name));
                string.setLength(0);
            }
            case ':' -> {
                if (depth > 0) {
                    name = string.toString();
                }
            }
            case '{' -> open(false);
            case '[' -> open(true);
            case '}', ']' -> depth = Math.max(0, depth - 1);
            case ',' -> name = arrays.get(depth) ? ELEMENT : "";
            default -> {
                if (!isLetter(b)) {
                    word = new StringBuilder();
                }
                return isLetter(b)
                        ? letter(b)
                        : b == ' ' || b == '\t' || (depth > 0 && NUMBER.indexOf(b) >= 0) ? b : (byte) 'x';
            }
        }
        word = new StringBuilder();
        return b;
    }

    private static boolean isLetter(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    }

    /** A letter outside of strings stays if it belongs to a word that the format knows. */
    private byte letter(byte b) {
        if (word != null) {
            String begun = word.append((char) b).toString();
            List<String> known = inField ? FIELDS : LITERALS;
            if (known.stream().anyMatch(candidate -> candidate.startsWith(begun)) || isExponent(begun)) {
                return b;
            }
            word = null;
        }
        return 'x';
    }

    private boolean isExponent(String begun) {
        return depth > 0 && (begun.equals("e") || begun.equals("E"));
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
