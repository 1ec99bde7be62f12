package top.neuralbox;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Collects the fields of an error while they are read, so that those before a defect are known. The service itself puts
 * its code into {@code error}; gateways put an object there, with the same fields.
 */
final class ErrorFields {

    private @Nullable String code;
    private @Nullable String error;
    private @Nullable String message;
    private @Nullable String detailsJson;
    private @Nullable Duration retryAfter;
    private @Nullable ErrorFields within;

    /** Reads the object that the reader is in, to its end. */
    void read(JsonObjectReader reader) throws MalformedEventException {
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            take(name, reader);
            if (name.equals("error")) {
                within = null;
                if (reader.enter()) {
                    within = new ErrorFields();
                    within.readFlat(reader);
                }
            }
        }
    }

    /** The error of an event, which names its code {@code code}. */
    ServiceError ofEvent(String json) {
        ErrorFields inner = inner();
        return of(first(code, error, inner.code, inner.error), null, json);
    }

    /**
     * The error of a response body, which names its code {@code error}.
     *
     * @param instead the message if the body has none
     */
    ServiceError ofBody(@Nullable String instead, String json) {
        ErrorFields inner = inner();
        return of(first(error, inner.code, inner.error, code), instead, json);
    }

    private ServiceError of(@Nullable String code, @Nullable String instead, String json) {
        ErrorFields inner = inner();
        return new ServiceError(
                code,
                first(message, inner.message, instead),
                first(detailsJson, inner.detailsJson),
                retryAfter != null ? retryAfter : inner.retryAfter,
                json);
    }

    private ErrorFields inner() {
        return within == null ? new ErrorFields() : within;
    }

    /** Does not go into another error within: a body could nest them without end. */
    private void readFlat(JsonObjectReader reader) throws MalformedEventException {
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            take(name, reader);
        }
    }

    private void take(String name, JsonObjectReader reader) throws MalformedEventException {
        switch (name) {
            case "code" -> code = reader.textOrDigits();
            case "error" -> error = reader.textOrDigits();
            case "message" -> message = reader.text();
            case "details" -> detailsJson = reader.json();
            case "retry_after" -> retryAfter = seconds(reader);
            default -> {}
        }
    }

    private static @Nullable Duration seconds(JsonObjectReader reader) throws MalformedEventException {
        BigDecimal number = reader.number();
        if (number != null) {
            return RetryAfter.ofSeconds(number);
        }
        String text = reader.text();
        return text == null ? null : RetryAfter.ofSeconds(text);
    }

    private static @Nullable String first(@Nullable String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null) {
                return candidate;
            }
        }
        return null;
    }
}
