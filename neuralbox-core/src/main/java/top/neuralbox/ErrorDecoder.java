package top.neuralbox;

import top.neuralbox.bytes.Utf8;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/**
 * Decodes the bodies of error responses (wire contract, part B, error answers). The body may be the service's JSON or a
 * gateway's HTML, and may be cut off or empty. The result holds every field that could be read.
 */
final class ErrorDecoder {

    private ErrorDecoder() {}

    /** Decodes a body, and removes secrets from the result. Never throws. */
    static ServiceError decode(byte[] body, int offset, int length, Redaction redaction) {
        int end = offset + length;
        ErrorFields fields = new ErrorFields();
        try {
            String json = JsonObjectReader.read(body, offset, end, fields::field);
            return fields.ofBody(null, json).redacted(redaction);
        } catch (MalformedJsonException notOrNotAllJson) {
            String excerpt = Excerpt.of(body, Utf8.behindByteOrderMark(body, offset, end), end, redaction);
            return fields.ofBody(excerpt.isEmpty() ? null : excerpt, "").redacted(redaction);
        }
    }
}
