package top.neuralbox.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads a file of conformance vectors: an array of objects, as maps, lists, strings, exact numbers and null. */
public final class Vectors {

    private Vectors() {}

    /** The vectors of a file in {@code /conformance}, such as {@code sse-vectors.json}. */
    public static List<Map<String, Object>> read(String file) {
        String resource = "/conformance/" + file;
        try (InputStream stream = Objects.requireNonNull(Vectors.class.getResourceAsStream(resource), resource);
                JsonParser parser = new JsonFactory().createParser(stream)) {
            parser.nextToken();
            List<Map<String, Object>> vectors = new ArrayList<>();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                vectors.add(object(parser));
            }
            return vectors;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The bytes of a vector's whole stream. */
    public static byte[] input(Map<String, Object> vector) {
        return Base64.getDecoder().decode((String) vector.get("inputBase64"));
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
            default -> null;
        };
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }
}
