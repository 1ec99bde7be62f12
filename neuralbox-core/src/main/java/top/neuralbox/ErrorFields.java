package top.neuralbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/**
 * Collects the fields of an error while they are read, so that the fields before a JSON defect are known. The service puts
 * its code into {@code error}; gateways put an object there, with the same fields.
 */
final class ErrorFields {

    private @Nullable String code;
    private @Nullable String type;
    private @Nullable String error;
    private @Nullable String message;
    private @Nullable String detailsJson;
    private @Nullable Duration retryAfter;
    private final BillingFields billing = new BillingFields();
    private @Nullable ErrorFields within;
    private boolean present;

    /** Reads one field of an object that may have other fields than those of an error. */
    void field(String name, JsonObjectReader reader) throws MalformedJsonException {
        if (!name.equals("error")) {
            take(name, reader);
            return;
        }
        ErrorFields dropped = within;
        within = null;
        error = reader.textOrDigits();
        // Some write false for no error.
        present = !reader.isNull() && !Boolean.FALSE.equals(reader.truth());
        if (reader.enter()) {
            // It enters no further inner error, because a body could nest them without end.
            within = new ErrorFields();
            reader.rest(within::take);
        }
        if (dropped != null) {
            billing().after(dropped.billing);
        }
    }

    /** The figures within the error. */
    BillingFields billing() {
        return within == null ? billing : within.billing;
    }

    /** Whether there is an {@code error} that is neither null nor false. */
    boolean hasError() {
        return present;
    }

    /** The error of an event, which has its code in {@code code}. */
    ServiceError ofEvent(String json) {
        ErrorFields inner = inner();
        return of(first(code, error, inner.code, inner.error, inner.type), first(message, inner.message), json);
    }

    /**
     * The error of a response body, which has its code in {@code error}.
     *
     * @param instead the message if the body has none
     */
    ServiceError ofBody(@Nullable String instead, String json) {
        ErrorFields inner = inner();
        return of(
                first(error, inner.code, inner.error, code, inner.type), first(message, inner.message, instead), json);
    }

    /** The error of an answer that documents one. A text in {@code error} is the message if there is no other message. */
    ServiceError ofAnswer(String json) {
        ErrorFields inner = inner();
        String text = error != null && message == null && inner.message == null ? error : null;
        return of(
                first(code, text == null ? error : null, inner.code, inner.error, inner.type),
                first(message, inner.message, text),
                json);
    }

    /** The error of an object that documents none: a text in {@code error} may be a code or a message. */
    ServiceError ofAnyObject(String json) {
        ServiceError told = ofAnswer(json);
        boolean word = error != null && !error.isEmpty() && error.chars().noneMatch(Character::isWhitespace);
        return told.code() == null && word ? of(error, told.message(), json) : told;
    }

    private ServiceError of(@Nullable String code, @Nullable String message, String json) {
        ErrorFields inner = inner();
        String details = first(detailsJson, inner.detailsJson);
        Duration wait = retryAfter != null ? retryAfter : inner.retryAfter;
        return new ServiceError(
                code,
                message,
                details,
                wait != null ? wait : waitWithin(details),
                json,
                billing.billing(inner.billing),
                billing.mayHaveCost() || inner.billing.mayHaveCost());
    }

    private ErrorFields inner() {
        return within == null ? new ErrorFields() : within;
    }

    private void take(String name, JsonObjectReader reader) throws MalformedJsonException {
        switch (name) {
            case "code" -> code = reader.textOrDigits();
            case "type" -> type = reader.text();
            case "error" -> error = reader.textOrDigits();
            case "message" -> message = reader.text();
            case "details" -> detailsJson = reader.json();
            case "retry_after" -> retryAfter = seconds(reader);
            default -> billing.field(name, reader);
        }
    }

    /** A time to wait, in seconds; null if the value is neither a number nor a text that holds one. */
    private static @Nullable Duration seconds(JsonObjectReader reader) throws MalformedJsonException {
        String seconds = reader.textOrNumber();
        return seconds == null ? null : RetryAfter.ofSeconds(seconds);
    }

    /** The wait from the details, where some services put it. */
    private static @Nullable Duration waitWithin(@Nullable String detailsJson) {
        if (detailsJson == null || !detailsJson.startsWith("{")) {
            return null;
        }
        byte[] json = detailsJson.getBytes(StandardCharsets.UTF_8);
        ErrorFields details = new ErrorFields();
        try {
            JsonObjectReader.read(json, 0, json.length, details::take);
        } catch (MalformedJsonException cannotBe) {
            // The wait is then known if it came before the defect.
        }
        return details.retryAfter;
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
