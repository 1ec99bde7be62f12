package top.neuralbox.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import top.neuralbox.bytes.Utf8;
import top.neuralbox.bytes.Words;

/**
 * Reads JSON objects field by field, strictly by RFC 8259. One parser reads one object after the other. Invalid UTF-8 is read
 * as U+FFFD. Depth costs no stack and little memory. Not thread-safe.
 *
 * <pre>
 *   reader.open(bytes, from, to);
 *   for (String name = reader.nextName(); name != null; name = reader.nextName()) {
 *       // read the field's value at most once; a value that is not read is skipped, but must be valid
 *   }
 * </pre>
 */
public final class JsonObjectReader {

    /** The most digits, decimals and trailing zeros of a figure, so that a hostile one cannot fill memory when printed. */
    private static final int MOST_DIGITS = 64;

    private static final int LONGEST_NUMBER = 2 * MOST_DIGITS;

    /** A parser that read a large object holds large buffers, and one that read much may hold many names. */
    private static final int LARGE_OBJECT = 16 * 1024;

    private static final int MUCH_INPUT = 1024 * 1024;

    private static final byte[] NOTHING = {};

    private static final long BACKSLASHES = '\\' * Words.ONES;

    private @Nullable JsonParser parser;
    private JsonToken token = JsonToken.NOT_AVAILABLE;
    private boolean withinObject;

    private byte[] input = NOTHING;
    private int begin;
    private int end;
    /** The number of bytes that the parser was fed before the current object; {@code fed} includes the object. */
    private long fedBefore;

    private long fed;

    /**
     * Reads the one object of a body, which may begin with a byte order mark.
     *
     * @return the body as text, without the mark
     * @throws MalformedJsonException if the body is not one whole JSON object; the fields before the defect were taken
     */
    public static String read(byte[] body, int from, int to, FieldConsumer fields) throws MalformedJsonException {
        int begin = Utf8.behindByteOrderMark(body, from, to);
        JsonObjectReader reader = new JsonObjectReader();
        try {
            reader.open(body, begin, to);
            reader.rest(fields);
        } finally {
            reader.close();
        }
        return Utf8.text(body, begin, to);
    }

    /**
     * Opens an object.
     *
     * @throws MalformedJsonException if there is no object
     */
    public void open(byte[] bytes, int from, int to) throws MalformedJsonException {
        if (withinObject) {
            abandon();
        }
        // One pass over the bytes shows that most objects need no change.
        boolean plain = isPlain(bytes, from, to);
        boolean wellFormed = plain || Utf8.isWellFormed(bytes, from, to);
        input = wellFormed ? bytes : Utf8.repair(bytes, from, to);
        begin = wellFormed ? from : 0;
        end = wellFormed ? to : input.length;
        // Jackson would read on after a complete value, and would skip a byte order mark.
        int first = begin;
        while (first < end && isSpace(input[first])) {
            first++;
        }
        if (first == end || input[first] != '{') {
            throw new MalformedJsonException("not a JSON object");
        }
        while (isSpace(input[end - 1])) {
            end--;
        }
        byte[] shallow = DeepValues.replaced(input, begin, end);
        if (shallow == null) {
            feed(input, begin, end, plain);
        } else {
            feed(shallow, 0, shallow.length, plain);
        }
        token = next();
        token = JsonToken.NOT_AVAILABLE;
    }

    /**
     * Moves to the next field of the object, or of the inner object that was entered.
     *
     * @return the field's name; or null, once, at the object's end
     * @throws MalformedJsonException if the object is not valid JSON or not complete, or if something follows it
     */
    public @Nullable String nextName() throws MalformedJsonException {
        passOver();
        if (next() == JsonToken.END_OBJECT) {
            token = JsonToken.NOT_AVAILABLE;
            finishIfOutermost();
            return null;
        }
        String name = name();
        token = next();
        return name;
    }

    /** Reads the fields that are left of the object, or of the inner object that was entered. */
    public void rest(FieldConsumer fields) throws MalformedJsonException {
        for (String name = nextName(); name != null; name = nextName()) {
            fields.take(name, this);
        }
    }

    /** The value as text, or null if it is no string. */
    public @Nullable String text() throws MalformedJsonException {
        return token == JsonToken.VALUE_STRING ? tokenText() : null;
    }

    /** The value as text, or null if it is no string. A value that equals the likely text returns that, to save a copy. */
    public @Nullable String text(String likely) throws MalformedJsonException {
        return token == JsonToken.VALUE_STRING && tokenTextIs(likely) ? likely : text();
    }

    /** The value as text if it is a string, its digits if it is an integer, else null. */
    public @Nullable String textOrDigits() throws MalformedJsonException {
        return token == JsonToken.VALUE_NUMBER_INT ? tokenText() : text();
    }

    /** The exact value; null if it is no number, or exceeds {@link #MOST_DIGITS}. */
    public @Nullable BigDecimal number() throws MalformedJsonException {
        if (!token.isNumeric()) {
            return null;
        }
        try {
            JsonParser source = parser();
            int length = source.getTextLength();
            return length > LONGEST_NUMBER
                    ? null
                    : sensible(new BigDecimal(source.getTextCharacters(), source.getTextOffset(), length));
        } catch (NumberFormatException exponentBeyondInt) {
            return null;
        } catch (IOException e) {
            throw malformed();
        }
    }

    /** The value as text if it is a string, its JSON text if it is a number, else null. */
    public @Nullable String textOrNumber() throws MalformedJsonException {
        return token.isNumeric() ? tokenText() : text();
    }

    /** Whether the value is a text or an object. */
    public boolean isTextOrObject() {
        return token == JsonToken.VALUE_STRING || token == JsonToken.START_OBJECT;
    }

    /** Whether the value is null. */
    public boolean isNull() {
        return token == JsonToken.VALUE_NULL;
    }

    /** The value as its JSON text, or null if it is neither an object nor an array. */
    public @Nullable String json() throws MalformedJsonException {
        if (!token.isStructStart()) {
            return null;
        }
        // Not currentTokenLocation, which may include the colon and the space before the value.
        int from = readTo() - 1;
        passOver();
        return Utf8.text(input, from, readTo());
    }

    /** The value as true or false, or null if it is neither. */
    public @Nullable Boolean truth() {
        return token.isBoolean() ? Boolean.valueOf(token == JsonToken.VALUE_TRUE) : null;
    }

    /**
     * Enters the value if it is an object: the next names are the names of its fields, until the null at its end.
     *
     * @return whether it is an object
     */
    public boolean enter() {
        boolean entered = token == JsonToken.START_OBJECT;
        if (entered) {
            token = JsonToken.NOT_AVAILABLE;
        }
        return entered;
    }

    /** Releases the parser's buffers and the input. The reader can then open another object. */
    public void close() {
        JsonParser source = parser;
        boolean reusable = !withinObject;
        abandon();
        if (source != null && reusable) {
            try {
                source.close();
            } catch (IOException e) {
                throw new AssertionError("a parser without a source has nothing to fail at", e);
            }
        }
    }

    /** Whether a parser with its buffers is kept for the next object. */
    public boolean holdsParser() {
        return parser != null;
    }

    private void feed(byte[] json, int from, int to, boolean plain) throws MalformedJsonException {
        byte[] replaced = plain ? null : SurrogateNames.replaced(json, from, to);
        if (replaced == null) {
            feed(json, from, to);
        } else {
            feed(replaced, 0, replaced.length);
        }
    }

    /** Feeds the input, or a copy of it with the same length. The parser's positions are relative to the first byte. */
    private void feed(byte[] json, int from, int to) throws MalformedJsonException {
        JsonParser source = parser;
        if (source == null) {
            source = Json.fedParser();
            parser = source;
            fed = 0;
        }
        fedBefore = fed;
        fed += end - begin;
        withinObject = true;
        try {
            ((ByteArrayFeeder) source.getNonBlockingInputFeeder()).feedInput(json, from, to);
        } catch (IOException e) {
            throw malformed();
        }
    }

    /** Skips the rest of the value. It counts depth instead of recursing, because foreign data must not use up the stack. */
    private void passOver() throws MalformedJsonException {
        int depth = token.isStructStart() ? 1 : 0;
        token = JsonToken.NOT_AVAILABLE;
        while (depth > 0) {
            JsonToken inner = next();
            if (inner.isStructStart()) {
                depth++;
            } else if (inner.isStructEnd()) {
                depth--;
            }
        }
    }

    private JsonToken next() throws MalformedJsonException {
        try {
            JsonToken next = parser().nextToken();
            if (next != JsonToken.NOT_AVAILABLE) {
                return next;
            }
        } catch (IOException e) {
            // Jackson's message quotes the content, so it is not passed on.
            throw malformed();
        }
        throw new MalformedJsonException("not valid JSON: it ends too early, at byte " + (end - begin));
    }

    private void finishIfOutermost() throws MalformedJsonException {
        if (!parser().getParsingContext().inRoot()) {
            return;
        }
        if (!parser().getNonBlockingInputFeeder().needMoreInput()) {
            throw malformed();
        }
        withinObject = false;
        if (end - begin > LARGE_OBJECT || fed > MUCH_INPUT) {
            abandon();
        }
    }

    /** Drops the parser without closing it, so that its state and its names do not survive. */
    private void abandon() {
        parser = null;
        input = NOTHING;
        withinObject = false;
        token = JsonToken.NOT_AVAILABLE;
    }

    private String name() throws MalformedJsonException {
        try {
            return parser().currentName();
        } catch (IOException e) {
            throw malformed();
        }
    }

    private String tokenText() throws MalformedJsonException {
        try {
            return parser().getText();
        } catch (IOException e) {
            throw malformed();
        }
    }

    private boolean tokenTextIs(String likely) throws MalformedJsonException {
        try {
            JsonParser source = parser();
            int length = source.getTextLength();
            if (length != likely.length()) {
                return false;
            }
            char[] units = source.getTextCharacters();
            int offset = source.getTextOffset();
            for (int i = 0; i < length; i++) {
                if (units[offset + i] != likely.charAt(i)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw malformed();
        }
    }

    private JsonParser parser() {
        JsonParser source = parser;
        if (source == null) {
            throw new IllegalStateException("no object is open");
        }
        return source;
    }

    /** The index of the first byte of the input that the parser has not read. */
    private int readTo() {
        return begin + (int) (parser().currentLocation().getByteOffset() - fedBefore);
    }

    private MalformedJsonException malformed() {
        return new MalformedJsonException("not valid JSON at byte " + (readTo() - begin));
    }

    private static @Nullable BigDecimal sensible(BigDecimal number) {
        boolean sensible =
                number.precision() <= MOST_DIGITS && number.scale() <= MOST_DIGITS && number.scale() >= -MOST_DIGITS;
        return sensible ? number : null;
    }

    /** Whether all bytes are ASCII without an escape. Then the text is well-formed, and no name in it holds a surrogate. */
    private static boolean isPlain(byte[] json, int from, int to) {
        int last = to - Long.BYTES;
        if (last < from) {
            // Too short for a word of eight bytes, and for a delta.
            return false;
        }
        for (int at = from; at < last; at += Long.BYTES) {
            if (!isPlain(Words.at(json, at))) {
                return false;
            }
        }
        return isPlain(Words.at(json, last));
    }

    private static boolean isPlain(long word) {
        return ((word & Words.HIGH_BITS) | Words.zeros(word ^ BACKSLASHES)) == 0;
    }

    /** White space of RFC 8259, section 2. */
    public static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }
}
