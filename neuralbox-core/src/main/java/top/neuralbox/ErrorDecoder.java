package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of error responses (wire contract, part B, error answers). Whatever the body is (the service's JSON, a
 * gateway's HTML, cut off, empty), the answer is what could be read of it.
 */
final class ErrorDecoder {

    private ErrorDecoder() {}

    /** Reads a body. Never throws. */
    static ServiceError decode(byte[] body, int offset, int length) {
        int end = offset + length;
        int begin = Utf8.behindByteOrderMark(body, offset, end);
        ErrorFields fields = new ErrorFields();
        JsonObjectReader reader = new JsonObjectReader();
        try {
            reader.open(body, begin, end);
            fields.read(reader);
            return fields.ofBody(null, Utf8.text(body, begin, end));
        } catch (MalformedEventException notOrNotAllJson) {
            return fields.ofBody(excerpt(body, begin, end), "");
        } finally {
            reader.close();
        }
    }

    private static @Nullable String excerpt(byte[] body, int from, int to) {
        String excerpt = Excerpt.of(body, from, to);
        return excerpt.isEmpty() ? null : excerpt;
    }
}
