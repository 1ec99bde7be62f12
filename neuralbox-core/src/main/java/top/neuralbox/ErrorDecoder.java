package top.neuralbox;

/**
 * Reads the bodies of error responses (wire contract, part B, error answers). Whatever the body is (the service's JSON, a
 * gateway's HTML, cut off, empty), the answer is what could be read of it.
 */
final class ErrorDecoder {

    private ErrorDecoder() {}

    /** Reads a body, and takes out of it what is not to be told. Never throws. */
    static ServiceError decode(byte[] body, int offset, int length, ServiceError.Redaction redaction) {
        int end = offset + length;
        int begin = Utf8.behindByteOrderMark(body, offset, end);
        ErrorFields fields = new ErrorFields();
        JsonObjectReader reader = new JsonObjectReader();
        try {
            reader.open(body, begin, end);
            fields.read(reader);
            return fields.ofBody(null, Utf8.text(body, begin, end)).redacted(redaction);
        } catch (MalformedEventException notOrNotAllJson) {
            String excerpt = Excerpt.of(body, begin, end, redaction);
            return fields.ofBody(excerpt.isEmpty() ? null : excerpt, "").redacted(redaction);
        } finally {
            reader.close();
        }
    }
}
