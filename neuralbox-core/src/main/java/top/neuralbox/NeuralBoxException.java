package top.neuralbox;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A generation that did not complete. There is one subtype for each thing that a caller must do differently; all of them
 * carry what was known: how far the call came, what is known of the charge, and the text so far.
 *
 * <p>One that a blocking method throws has a suppressed exception beside its cause: its stack trace is that of the line
 * which waited, where the failure's own may be that of the thread which found it.
 *
 * <p>What a call carries is not serialized with the exception; its message is.
 *
 * @since 0.1.0
 */
public abstract class NeuralBoxException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    /** How far the last attempt came. */
    public enum Phase {
        /** Nothing was written: the service cannot have seen the request. */
        NOT_SENT,
        /** The request was written, at least in part; no response head arrived. */
        SENT,
        /** A response head arrived, but no event. */
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

    /** How many attempts were started, the last one included. At least 1, except for a call cancelled before its first. */
    public int attempts() {
        return facts().attempts();
    }

    /**
     * How long the call waited between its attempts, all waits together; zero if there was one attempt alone. A wait in which
     * it was given up counts whole.
     */
    public Duration waited() {
        return facts().waited();
    }

    /** The status code of the last response; null if none arrived. */
    public @Nullable Integer status() {
        return facts().status();
    }

    /** The service's name for the request ({@code X-Request-Id}), for its support; null if it gave none. */
    public @Nullable String requestId() {
        return facts().requestId();
    }

    /** How long the service asked to wait before another request; null if it did not say. */
    public @Nullable Duration retryAfter() {
        return facts().retryAfter();
    }

    /** What is known of the charge. */
    public BillingState billingState() {
        return facts().billingState();
    }

    /** What the last response said of the account's rate limits; every figure is null where it said nothing. */
    public RateLimits rateLimits() {
        return facts().rateLimits();
    }

    /** What was known of the generation. */
    public PartialGeneration partial() {
        return facts().partial();
    }

    private CallFacts facts() {
        return facts == null ? CallFacts.NONE : facts;
    }
}
