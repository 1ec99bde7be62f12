package top.neuralbox;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a response. Names are compared without regard to case (RFC 9110, section 5.1). The API key, which a
 * gateway may echo, is replaced by {@code [redacted]}. A character that cannot be printed is replaced by its escape. Trailer
 * fields are not part of them. Immutable.
 *
 * <p>They come from the response to the last attempt, which the service or a gateway in front of it sent. A gateway's id of
 * the request, for example, is in {@code first("X-Amzn-RequestId")} or {@code first("CF-Ray")}.
 *
 * @since 0.1.0
 */
public final class ResponseHeaders {

    /** The header fields before any response. */
    static final ResponseHeaders NONE = new ResponseHeaders(Collections.emptyMap());

    private final Map<String, List<String>> fields;

    private ResponseHeaders(Map<String, List<String>> fields) {
        this.fields = fields;
    }

    /**
     * The fields of a response, without a secret.
     *
     * @param fields compares names without regard to case; unmodifiable
     */
    static ResponseHeaders of(Map<String, List<String>> fields, Redaction redaction) {
        for (Map.Entry<String, List<String>> field : fields.entrySet()) {
            if (!isSafe(field, redaction)) {
                return new ResponseHeaders(safe(fields, redaction));
            }
        }
        return new ResponseHeaders(fields);
    }

    /** The first value of a field; null if the response does not have the field. */
    public @Nullable String first(String name) {
        List<String> values = all(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** All values of a field, one for each of its lines, in their order. Unmodifiable; empty if there is none. */
    public List<String> all(String name) {
        return fields.getOrDefault(Objects.requireNonNull(name, "name"), List.of());
    }

    /** All fields, by their names, which this map also compares without regard to case. Unmodifiable. */
    public Map<String, List<String>> asMap() {
        return fields;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResponseHeaders that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /** Only the names: a value may be a secret of a gateway, such as a cookie. */
    @Override
    public String toString() {
        return "ResponseHeaders" + fields.keySet();
    }

    /** Nearly every field is safe, so its strings are looked at before anything is copied. */
    private static boolean isSafe(Map.Entry<String, List<String>> field, Redaction redaction) {
        if (!isSafe(field.getKey(), redaction)) {
            return false;
        }
        for (String value : field.getValue()) {
            if (!isSafe(value, redaction)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSafe(String text, Redaction redaction) {
        return text.equals(safe(text, redaction));
    }

    private static Map<String, List<String>> safe(Map<String, List<String>> fields, Redaction redaction) {
        Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        fields.forEach((name, values) -> copy.merge(
                safe(name, redaction),
                values.stream().map(value -> safe(value, redaction)).toList(),
                ResponseHeaders::join));
        return Collections.unmodifiableMap(copy);
    }

    private static List<String> join(List<String> first, List<String> second) {
        return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
    }

    private static String safe(String text, Redaction redaction) {
        return Excerpt.printable(redaction.ofText(text));
    }
}
