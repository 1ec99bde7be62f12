package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The service's description of a failure, from an {@code error} event or the body of an error response (wire contract, part B,
 * error answers).
 *
 * @param code the error code; null if none was given
 * @param message the message for people; the beginning of the body if that is no JSON object; null if there is neither
 * @param detailsJson the {@code details} as JSON text; null if none were given
 * @param retryAfter how long to wait before trying again, from zero to a day; null if no usable value was given
 * @param json the whole JSON text; empty if it is no valid JSON object
 * @param billing the figures that it names, which the service does not document for an error
 * @param mayHaveCost whether a cost field holds anything but zero or null, readable or not
 */
record ServiceError(
        @Nullable String code,
        @Nullable String message,
        @Nullable String detailsJson,
        @Nullable Duration retryAfter,
        String json,
        Billing billing,
        boolean mayHaveCost) {

    /** An error without billing figures, as the service documents it. */
    ServiceError(
            @Nullable String code,
            @Nullable String message,
            @Nullable String detailsJson,
            @Nullable Duration retryAfter,
            String json) {
        this(code, message, detailsJson, retryAfter, json, Billing.of(null, null), false);
    }

    /** This state of billing for an error whose cost is documented; unknown if the error names a cost nevertheless. */
    BillingState billing(BillingState documented) {
        return mayHaveCost ? BillingState.UNKNOWN : documented;
    }

    /** This error without a secret that the service or a gateway may have echoed, and with a code that can be logged. */
    ServiceError redacted(Redaction redaction) {
        return new ServiceError(
                redaction.ofName(code),
                redaction.of(message),
                redaction.of(detailsJson),
                retryAfter,
                Objects.requireNonNullElse(redaction.of(json), ""),
                billing,
                mayHaveCost);
    }

    /** Whether it has a code, details or a message that is not blank. */
    boolean saysSomething() {
        return code != null || detailsJson != null || (message != null && !message.isBlank());
    }

    /** Only the code, because the service may quote the request in its message. */
    @Override
    public String toString() {
        return "ServiceError[code=" + code + "]";
    }
}
