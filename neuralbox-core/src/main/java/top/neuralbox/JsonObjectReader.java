package top.neuralbox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON objects field by field, strictly by RFC 8259, one after the other with one parser. Invalid UTF-8 is read as
 * U+FFFD. Depth costs memory but no stack. Not thread-safe.
 *
 * <pre>
 *   reader.open(bytes, from, to);
 *   for (String name = reader.nextName(); name != null; name = reader.nextName()) {
 *       // at most one look at the field's value; what is not looked at is passed over, but must be valid
 *   }
 * </pre>
 */
final class JsonObjectReader {

    /** What a figure may have at most, so that a hostile one cannot fill memory when it is printed. */
    private static final int MOST_DIGITS = 64;

    private static final int LONGEST_NUMBER = 2 * MOST_DIGITS;

    /** A parser that read a large object holds large buffers, and one that read much may hold many names. */
    private static final int LARGE_OBJECT = 16 * 1024;

    private static final int MUCH_INPUT = 1024 * 1024;

    private static final byte[] NOTHING = {};

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long BACKSLASHES = '\\' * EACH_BYTE;

    private @Nullable JsonParser parser;
    private JsonToken token = JsonToken.NOT_AVAILABLE;
    private boolean withinObject;

    private byte[] input = NOTHING;
    private int begin;
    private int end;
    /** How many bytes the parser was fed before the object, and with it. */
    private long fedBefore;

    private long fed;

    /**
     * Begins with an object.
     *
     * @throws MalformedEventException if there is no object
     */
    void open(byte[] bytes, int from, int to) throws MalformedEventException {
        if (withinObject) {
            abandon();
        }
        // Most objects are seen to need no change at one look at their bytes.
        boolean plain = isPlain(bytes, from, to);
        boolean wellFormed = plain || Utf8.isWellFormed(bytes, from, to);
        input = wellFormed ? bytes : Utf8.repair(bytes, from, to);
        begin = wellFormed ? from : 0;
        end = wellFormed ? to : input.length;
        // Jackson would read on behind a value that is complete, and would pass over a byte order mark.
        int first = begin;
        while (first < end && isSpace(input[first])) {
            first++;
        }
        if (first == end || input[first] != '{') {
            throw MalformedEventException.json("not a JSON object");
        }
        while (isSpace(input[end - 1])) {
            end--;
        }
        feed(plain ? input : SurrogateNames.replaced(input, begin, end));
        token = next();
        token = JsonToken.NOT_AVAILABLE;
    }

    /**
     * Moves to the next field of the object, or of the one within it that was entered.
     *
     * @return the field's name, or null at the object's end, once
     * @throws MalformedEventException if the object is not valid JSON or not complete, or if something follows it
     */
    @Nullable
    String nextName() throws MalformedEventException {
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

    /** The value as text, or null if it is no string. */
    @Nullable
    String text() throws MalformedEventException {
        return token == JsonToken.VALUE_STRING ? tokenText() : null;
    }

    /** The value as text, or null if it is no string; the likely text itself if it equals it, to save a copy. */
    @Nullable
    String text(String likely) throws MalformedEventException {
        return token == JsonToken.VALUE_STRING && tokenTextIs(likely) ? likely : text();
    }

    /** The value as text if it is a string, its digits if it is an integer, else null. */
    @Nullable
    String textOrDigits() throws MalformedEventException {
        return token == JsonToken.VALUE_NUMBER_INT ? tokenText() : text();
    }

    /** The value, exactly; null if it is no number, or one of no sensible size. */
    @Nullable
    BigDecimal number() throws MalformedEventException {
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

    /**
     * The value as a time to wait; null if it is neither a number nor a text that stands for one. One that no clock can hold is
     * a day, as {@link RetryAfter} has it.
     */
    @Nullable
    Duration seconds() throws MalformedEventException {
        return token.isNumeric() || token == JsonToken.VALUE_STRING ? RetryAfter.ofSeconds(tokenText()) : null;
    }

    /** Whether the value is a text or an object. */
    boolean isTextOrObject() {
        return token == JsonToken.VALUE_STRING || token == JsonToken.START_OBJECT;
    }

    /** Whether the value is null. */
    boolean isNull() {
        return token == JsonToken.VALUE_NULL;
    }

    /** The value as the JSON text that it is, or null if it is neither object nor array. */
    @Nullable
    String json() throws MalformedEventException {
        if (!token.isStructStart()) {
            return null;
        }
        // Not currentTokenLocation: that one may count the colon and the space before the value in.
        int from = readTo() - 1;
        passOver();
        return Utf8.text(input, from, readTo());
    }

    /** The value as true or false, or null if it is neither. */
    @Nullable
    Boolean truth() {
        return token.isBoolean() ? Boolean.valueOf(token == JsonToken.VALUE_TRUE) : null;
    }

    /**
     * If the value is an object, goes into it: the next names are those of its fields, until the null at its end.
     *
     * @return whether it is an object
     */
    boolean enter() {
        boolean entered = token == JsonToken.START_OBJECT;
        if (entered) {
            token = JsonToken.NOT_AVAILABLE;
        }
        return entered;
    }

    /** Gives the parser's buffers back and lets go of the input. The reader can go on with another object. */
    void close() {
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
    boolean holdsParser() {
        return parser != null;
    }

    /** Feeds what stands for the input, byte by byte. */
    private void feed(byte[] json) throws MalformedEventException {
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
            ((ByteArrayFeeder) source.getNonBlockingInputFeeder()).feedInput(json, begin, end);
        } catch (IOException e) {
            throw malformed();
        }
    }

    /** Passes over the rest of the value, if it has one, by counting: what comes from outside must not cost stack. */
    private void passOver() throws MalformedEventException {
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

    private JsonToken next() throws MalformedEventException {
        try {
            JsonToken next = parser().nextToken();
            if (next != JsonToken.NOT_AVAILABLE) {
                return next;
            }
        } catch (IOException e) {
            // Its message quotes the content.
            throw malformed();
        }
        throw MalformedEventException.json("not valid JSON: it ends too early, at byte " + (end - begin));
    }

    private void finishIfOutermost() throws MalformedEventException {
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

    /** Forgets the parser without closing it, so that neither its state nor its names outlive it. */
    private void abandon() {
        parser = null;
        input = NOTHING;
        withinObject = false;
        token = JsonToken.NOT_AVAILABLE;
    }

    private String name() throws MalformedEventException {
        try {
            return parser().currentName();
        } catch (IOException e) {
            throw malformed();
        }
    }

    private String tokenText() throws MalformedEventException {
        try {
            return parser().getText();
        } catch (IOException e) {
            throw malformed();
        }
    }

    private boolean tokenTextIs(String likely) throws MalformedEventException {
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

    /** The index of the input behind what the parser has read. */
    private int readTo() {
        return begin + (int) (parser().currentLocation().getByteOffset() - fedBefore);
    }

    private MalformedEventException malformed() {
        return MalformedEventException.json("not valid JSON at byte " + (readTo() - begin));
    }

    private static @Nullable BigDecimal sensible(BigDecimal number) {
        boolean sensible =
                number.precision() <= MOST_DIGITS && number.scale() <= MOST_DIGITS && number.scale() >= -MOST_DIGITS;
        return sensible ? number : null;
    }

    /** Whether all is ASCII without an escape: then it is well-formed, and no name in it holds a surrogate. */
    private static boolean isPlain(byte[] json, int from, int to) {
        int last = to - Long.BYTES;
        if (last < from) {
            // Too short for the words below, and for a delta.
            return false;
        }
        for (int at = from; at < last; at += Long.BYTES) {
            if (!isPlain((long) LONGS.get(json, at))) {
                return false;
            }
        }
        return isPlain((long) LONGS.get(json, last));
    }

    private static boolean isPlain(long word) {
        long differing = word ^ BACKSLASHES;
        return ((word | ((differing - EACH_BYTE) & ~differing)) & HIGH_BITS) == 0;
    }

    /** White space of RFC 8259, section 2. */
    static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }
}
