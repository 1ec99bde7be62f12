package top.neuralbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the beginning of a foreign body fit to stand in a message: one line, bounded, nothing that steers a terminal. */
final class Excerpt {

    private static final int MOST_BYTES = 2048;

    private static final int LONGEST_NAME = 256;

    /** Of what should have been events, whose text belongs to the user. */
    private static final int MOST_CHARACTERS = 200;

    /** A field that holds a piece of the answer, however its name is quoted. */
    private static final Pattern FIELD_OF_TEXT =
            Pattern.compile("(delta|content|text)[\"'\\\\]*\\s*[:=]", Pattern.CASE_INSENSITIVE);

    /** The fields of an event stream (HTML standard, section 9.2.6); a comment has no name. */
    private static final Pattern STREAM = Pattern.compile("(data|event|id|retry)?:|(data|event|id|retry)(\\r|\\n|$)");

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
        return line(Utf8.text(body, from, end).strip(), cut);
    }

    /**
     * A name that came over the wire, fit to be logged by whoever asks for it: of printable characters alone, and bounded. One
     * that is so already, which every name of the service is, is returned itself.
     */
    static @Nullable String name(@Nullable String name) {
        if (name == null || (name.length() <= LONGEST_NAME && name.codePoints().allMatch(Excerpt::isPrintable))) {
            return name;
        }
        StringBuilder line = new StringBuilder();
        name.codePoints().limit(LONGEST_NAME).forEach(character -> append(line, character));
        boolean cut = line.length() > LONGEST_NAME || name.length() > LONGEST_NAME;
        line.setLength(Math.min(line.length(), LONGEST_NAME));
        return cut ? line.append('…').toString() : line.toString();
    }

    /** The same for a body that may hold a secret: that is taken out first, for a secret that is cut is not recognised. */
    static String of(byte[] body, int from, int to, ServiceError.Redaction redaction) {
        return of(String.valueOf(redaction.of(Utf8.text(body, from, to))));
    }

    /**
     * The beginning of data that is no JSON, up to 200 characters before they are escaped; empty if the data begins as JSON.
     * Where JSON begins, or a field that could hold a piece of the answer, it ends.
     */
    static String ofNoJson(String data, ServiceError.Redaction redaction) {
        String text = String.valueOf(redaction.of(data)).strip();
        if (text.isEmpty() || "{[\"".indexOf(text.charAt(0)) >= 0) {
            return "";
        }
        int end = Math.min(text.length(), MOST_CHARACTERS);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        String shown = text.substring(0, end);
        int json = shown.indexOf('{');
        if (json >= 0) {
            shown = shown.substring(0, json);
        }
        Matcher field = FIELD_OF_TEXT.matcher(shown);
        // The head of a page is full of meta elements, whose attribute has the same name.
        if (!shown.startsWith("<") && field.find()) {
            shown = shown.substring(0, field.start());
        }
        return shown.isBlank() ? "" : line(shown, shown.length() < text.length());
    }

    /**
     * What the beginning of a body says that should have been an event stream and has no event: of a JSON object the error
     * alone, of anything else as {@link #ofNoJson}; empty if the body is an event stream as far as it goes.
     */
    static String ofNoStream(byte[] body, int length, ServiceError.Redaction redaction) {
        int from = Utf8.behindByteOrderMark(body, 0, length);
        String text = Utf8.text(body, from, length).strip();
        if (text.startsWith("{")) {
            return ofError(Arrays.copyOfRange(body, from, length), redaction);
        }
        Matcher stream = STREAM.matcher(text);
        return stream.lookingAt() ? "" : ofNoJson(text, redaction);
    }

    private static String ofError(byte[] json, ServiceError.Redaction redaction) {
        ErrorFields fields = new ErrorFields();
        JsonObjectReader reader = new JsonObjectReader();
        try {
            reader.open(json, 0, json.length);
            fields.read(reader);
        } catch (MalformedEventException cut) {
            // What came before the cut is known.
        } finally {
            reader.close();
        }
        ServiceError error = fields.ofAnyObject("").redacted(redaction);
        String said = error.message() == null || error.message().isBlank() ? error.code() : error.message();
        return said == null ? "" : ofNoJson("an error: " + said, text -> text);
    }

    private static String line(String text, boolean cut) {
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
