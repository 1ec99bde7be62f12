package top.neuralbox;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A generation, or another call of the client, that did not complete. There is one subtype for each case that a caller must
 * handle differently. All of them carry the known facts: how far the call came, whether it was charged, and the text so far.
 *
 * <p>The stack trace of this exception may show the thread that found the failure. If a blocking method throws the exception,
 * it also has a suppressed exception, whose stack trace shows the line that waited.
 *
 * <p>Serialization keeps the message, but not the facts of the call.
 *
 * @since 0.1.0
 */
public abstract class NeuralBoxException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    /** How far the last attempt came. */
    public enum Phase {
        /** The client had not admitted the generation. Nothing was written. */
        QUEUED,
        /**
         * Nothing was written, or an HTTP/2 GOAWAY said that the request was not processed. The service cannot have acted on
         * it.
         */
        NOT_SENT,
        /** The request was written, at least in part; no response head arrived. */
        SENT,
        /** A response head arrived, but no event. For a result that is awaited: the service was asked at least once. */
        HEAD,
        /** At least one event arrived. */
        STREAM
    }

    private final transient @Nullable CallFacts facts;

    NeuralBoxException(String message, @Nullable Throwable cause, CallFacts facts) {
        super(message, cause);
        this.facts = facts;
    }

    /** How far the last attempt came. */
    public Phase phase() {
        return facts().phase();
    }

    /** How many attempts were started; 0 if the call ended before its first attempt. */
    public int attempts() {
        return facts().attempts();
    }

    /** How long the generation waited for its {@linkplain Admission admission}; zero if it had a slot at once. */
    public Duration queued() {
        return facts().queued();
    }

    /**
     * The sum of all waits between attempts; zero if there was only one attempt. If the call ended during a wait, the whole
     * wait counts.
     */
    public Duration waited() {
        return facts().waited();
    }

    /** The status code of the last attempt's response; null if that attempt had none. */
    public @Nullable Integer status() {
        return facts().status();
    }

    /** The service's id of the request ({@code X-Request-Id}), which its support can look up; null if it gave none. */
    public @Nullable String requestId() {
        return facts().requestId();
    }

    /**
     * How long to wait before another request: as the service asked, or, for a refusal by the budget or the admission, until
     * there may be room. Null if that is not known.
     */
    public @Nullable Duration retryAfter() {
        return facts().retryAfter();
    }

    /** Whether the generation was charged, as far as that is known. */
    public BillingState billingState() {
        return facts().billingState();
    }

    /** The account's rate limits, as the last attempt's response reported them; a figure that was not reported is null. */
    public RateLimits rateLimits() {
        return facts().rateLimits();
    }

    /**
     * The header fields of the last attempt's response, for example a gateway's own id of the request; empty if that attempt
     * had no response.
     */
    public ResponseHeaders responseHeaders() {
        return facts().headers();
    }

    /** The part of the generation that had arrived. */
    public PartialGeneration partial() {
        return facts().partial();
    }

    private CallFacts facts() {
        return facts == null ? CallFacts.NONE : facts;
    }
}
