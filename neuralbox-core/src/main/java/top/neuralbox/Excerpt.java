package top.neuralbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import top.neuralbox.bytes.Utf8;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/** Makes excerpts of foreign bodies for messages: one line, bounded, without characters that control a terminal. */
final class Excerpt {

    private static final int MOST_BYTES = 2048;

    private static final int LONGEST_NAME = 256;

    /** The limit for data that should have been events. It is low because their text belongs to the user. */
    private static final int MOST_CHARACTERS = 200;

    /** A field that may hold a piece of the answer, with any quotes around its name. */
    private static final Pattern FIELD_OF_TEXT =
            Pattern.compile("(delta|content|text)[\"'\\\\]*\\s*[:=]", Pattern.CASE_INSENSITIVE);

    /** The fields of an event stream (HTML standard, section 9.2.6); a comment has no name. */
    private static final Pattern STREAM = Pattern.compile("(data|event|id|retry)?:|(data|event|id|retry)(\\r|\\n|$)");

    private Excerpt() {}

    /** The first 2 KiB of a text that a service wrote, as {@link #of(byte[], int, int)} shows a body. */
    static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }

    /** The first 2 KiB of a body as text, with an ellipsis if it is longer; empty if there is only white space. */
    static String of(byte[] body, int from, int to) {
        boolean cut = to - from > MOST_BYTES;
        int end = cut ? characterStart(body, from + MOST_BYTES) : to;
        return line(Utf8.text(body, from, end).strip(), cut);
    }

    /**
     * A name from the wire, made safe for logs: only printable characters, and bounded. A name that is safe already is
     * returned itself; every name of the service is.
     */
    static @Nullable String name(@Nullable String name) {
        if (name == null || (name.length() <= LONGEST_NAME && isPrintable(name))) {
            return name;
        }
        StringBuilder line = new StringBuilder();
        name.codePoints().limit(LONGEST_NAME).forEach(character -> append(line, character));
        boolean cut = line.length() > LONGEST_NAME || name.length() > LONGEST_NAME;
        line.setLength(Math.min(line.length(), LONGEST_NAME));
        return cut ? line.append('…').toString() : line.toString();
    }

    /** The whole text, with only printable characters. A text that has no others is returned itself; most have none. */
    static String printable(String text) {
        return isPrintable(text) ? text : line(text, false);
    }

    private static boolean isPrintable(String text) {
        for (int at = 0; at < text.length(); ) {
            char c = text.charAt(at);
            if (c >= ' ' && c < 0x7f) {
                at++;
                continue;
            }
            int character = text.codePointAt(at);
            if (!isPrintable(character)) {
                return false;
            }
            at += Character.charCount(character);
        }
        return true;
    }

    /** An excerpt of a body that may hold a secret. The secret is removed first, because a cut secret is not recognised. */
    static String of(byte[] body, int from, int to, Redaction redaction) {
        return of(String.valueOf(redaction.of(Utf8.text(body, from, to))));
    }

    /**
     * The beginning of data that is no JSON: up to 200 characters, counted before escaping; empty if the data begins as JSON.
     * The excerpt ends where a JSON object begins, or a field that could hold a piece of the answer.
     */
    static String ofNoJson(String data, Redaction redaction) {
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
        // An HTML page has many meta elements, whose attribute is also named content.
        if (!shown.startsWith("<") && field.find()) {
            shown = shown.substring(0, field.start());
        }
        return shown.isBlank() ? "" : line(shown, shown.length() < text.length());
    }

    /**
     * An excerpt of a body that should have been an event stream and has no event. For a JSON object it is the error alone,
     * for other data as {@link #ofNoJson}. It is empty if the body begins as an event stream.
     */
    static String ofNoStream(byte[] body, int length, Redaction redaction) {
        int from = Utf8.behindByteOrderMark(body, 0, length);
        String text = Utf8.text(body, from, length).strip();
        if (text.startsWith("{")) {
            return ofError(Arrays.copyOfRange(body, from, length), redaction);
        }
        Matcher stream = STREAM.matcher(text);
        return stream.lookingAt() ? "" : ofNoJson(text, redaction);
    }

    private static String ofError(byte[] json, Redaction redaction) {
        ErrorFields fields = new ErrorFields();
        try {
            JsonObjectReader.read(json, 0, json.length, fields::field);
        } catch (MalformedJsonException cut) {
            // The fields before the cut are known.
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

    /** The index of the lead byte of the character that the given index would cut. */
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
