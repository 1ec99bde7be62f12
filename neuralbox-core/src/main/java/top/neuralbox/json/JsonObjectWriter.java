package top.neuralbox.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one JSON object in UTF-8. A lone surrogate is written as an escape, so that no text can fail. Not thread-safe. */
public final class JsonObjectWriter {

    private static final int USUAL_SIZE = 512;

    /** A number with at most this many zeros is written without an exponent: a reader may take {@code 1E+3} for a fraction. */
    private static final int GREATEST_PLAIN_SCALE = 64;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_SIZE);
    private final JsonGenerator generator;

    /** Opens the object. */
    public JsonObjectWriter() {
        try {
            generator = Json.generator(bytes);
            generator.writeStartObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Adds a field.
     *
     * @param value null, a text, a Boolean, an Integer, a Double, a BigDecimal, or a List or a Map of such values; the names of
     *     a Map are Strings
     */
    public JsonObjectWriter field(String name, @Nullable Object value) {
        try {
            generator.writeFieldName(name);
            write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Adds a field, unless its value is null. */
    public JsonObjectWriter fieldIfSet(String name, @Nullable Object value) {
        return value == null ? this : field(name, value);
    }

    /** Closes the object and returns its bytes. */
    public byte[] close() {
        try {
            generator.writeEndObject();
            generator.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void write(@Nullable Object value) throws IOException {
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof String text) {
            generator.writeString(text);
        } else if (value instanceof Boolean truth) {
            generator.writeBoolean(truth);
        } else if (value instanceof Integer number) {
            generator.writeNumber(number);
        } else if (value instanceof Double number) {
            generator.writeNumber(number);
        } else if (value instanceof BigDecimal number) {
            generator.writeNumber(exact(number));
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object element : list) {
                write(element);
            }
            generator.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> field : map.entrySet()) {
                generator.writeFieldName((String) field.getKey());
                write(field.getValue());
            }
            generator.writeEndObject();
        } else {
            throw new IllegalArgumentException("JSON has no " + value.getClass().getName());
        }
    }

    private static String exact(BigDecimal number) {
        boolean plain = number.scale() <= GREATEST_PLAIN_SCALE && number.scale() >= -GREATEST_PLAIN_SCALE;
        return plain ? number.toPlainString() : number.toString();
    }
}
