package top.neuralbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Collects the fields of an error while they are read, so that those before a defect are known. The service itself puts
 * its code into {@code error}; gateways put an object there, with the same fields.
 */
final class ErrorFields {

    private @Nullable String code;
    private @Nullable String type;
    private @Nullable String error;
    private @Nullable String message;
    private @Nullable String detailsJson;
    private @Nullable Duration retryAfter;
    private @Nullable ErrorFields within;
    private boolean present;

    /** Reads the object that the reader is in, to its end. */
    void read(JsonObjectReader reader) throws MalformedEventException {
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            field(name, reader);
        }
    }

    /** Reads one field of an object that has more than an error. */
    void field(String name, JsonObjectReader reader) throws MalformedEventException {
        if (!name.equals("error")) {
            take(name, reader);
            return;
        }
        within = null;
        error = reader.textOrDigits();
        // No error is also written as false.
        present = !reader.isNull() && !Boolean.FALSE.equals(reader.truth());
        if (reader.enter()) {
            within = new ErrorFields();
            within.readFlat(reader);
        }
    }

    /** Whether there is an {@code error} that is not null. */
    boolean hasError() {
        return present;
    }

    /** The error of an event, which names its code {@code code}. */
    ServiceError ofEvent(String json) {
        ErrorFields inner = inner();
        return of(first(code, error, inner.code, inner.error, inner.type), first(message, inner.message), json);
    }

    /**
     * The error of a response body, which names its code {@code error}.
     *
     * @param instead the message if the body has none
     */
    ServiceError ofBody(@Nullable String instead, String json) {
        ErrorFields inner = inner();
        return of(
                first(error, inner.code, inner.error, code, inner.type), first(message, inner.message, instead), json);
    }

    /** The error of an answer that is to hold one, where a text in {@code error} is the message if there is no other. */
    ServiceError ofAnswer(String json) {
        ErrorFields inner = inner();
        String text = error != null && message == null && inner.message == null ? error : null;
        return of(
                first(code, text == null ? error : null, inner.code, inner.error, inner.type),
                first(message, inner.message, text),
                json);
    }

    /** The error of an object that documents none: its text may be a code as well as a message. */
    ServiceError ofAnyObject(String json) {
        ServiceError told = ofAnswer(json);
        boolean word = error != null && !error.isEmpty() && error.chars().noneMatch(Character::isWhitespace);
        return told.code() == null && word ? of(error, told.message(), json) : told;
    }

    private ServiceError of(@Nullable String code, @Nullable String message, String json) {
        ErrorFields inner = inner();
        String details = first(detailsJson, inner.detailsJson);
        Duration wait = retryAfter != null ? retryAfter : inner.retryAfter;
        return new ServiceError(code, message, details, wait != null ? wait : waitWithin(details), json);
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
            case "type" -> type = reader.text();
            case "error" -> error = reader.textOrDigits();
            case "message" -> message = reader.text();
            case "details" -> detailsJson = reader.json();
            case "retry_after" -> retryAfter = reader.seconds();
            default -> {}
        }
    }

    /** Some put the wait among the details. */
    private static @Nullable Duration waitWithin(@Nullable String detailsJson) {
        if (detailsJson == null || !detailsJson.startsWith("{")) {
            return null;
        }
        byte[] json = detailsJson.getBytes(StandardCharsets.UTF_8);
        JsonObjectReader reader = new JsonObjectReader();
        Duration wait = null;
        try {
            reader.open(json, 0, json.length);
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                if (name.equals("retry_after")) {
                    wait = reader.seconds();
                }
            }
        } catch (MalformedEventException cannotBe) {
            return wait;
        } finally {
            reader.close();
        }
        return wait;
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
