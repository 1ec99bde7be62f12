package top.neuralbox.json;

/** Takes the fields of a JSON object, one after the other. */
@FunctionalInterface
public interface FieldConsumer {

    /** Takes one field, and may read its value from the reader. A value that is not read is skipped. */
    void take(String name, JsonObjectReader reader) throws MalformedJsonException;
}
