package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the service said about a failure, in an {@code error} event or in the body of an error response (wire contract,
 * part B, error answers).
 *
 * @param code the error code; null if none was given
 * @param message the message for people, or of a body that is no JSON object its beginning; null if there is neither
 * @param detailsJson the {@code details} as JSON text; null if none were given
 * @param retryAfter when to try again, from zero to a day; null if nothing sensible was given
 * @param json the whole as it came; empty if it is no valid JSON object
 */
record ServiceError(
        @Nullable String code,
        @Nullable String message,
        @Nullable String detailsJson,
        @Nullable Duration retryAfter,
        String json) {

    /** The same error without a secret that the service or a gateway may have echoed, and with a code that can be logged. */
    ServiceError redacted(Redaction redaction) {
        return new ServiceError(
                redaction.ofName(code),
                redaction.of(message),
                redaction.of(detailsJson),
                retryAfter,
                Objects.requireNonNullElse(redaction.of(json), ""));
    }

    /** Whether it has more than an empty message. */
    boolean saysSomething() {
        return code != null || detailsJson != null || (message != null && !message.isBlank());
    }

    /** Takes a secret out of a text. */
    @FunctionalInterface
    interface Redaction {
        @Nullable
        String of(@Nullable String text);

        /** The same of an id, a model or another name, which is made fit to be logged too. */
        default @Nullable String ofName(@Nullable String name) {
            return Excerpt.name(of(name));
        }

        /** The same of a text that is there. */
        default String ofText(String text) {
            return String.valueOf(of(text));
        }
    }

    /** The code alone: a service may quote the request in its message. */
    @Override
    public String toString() {
        return "ServiceError[code=" + code + "]";
    }
}
