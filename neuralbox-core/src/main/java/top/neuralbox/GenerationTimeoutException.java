package top.neuralbox;

import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;

/**
 * A timer of {@link Timeouts}, or {@link Polling#total()}, ran out. The call was cancelled, which frees its connection.
 *
 * @since 0.1.0
 */
public final class GenerationTimeoutException extends NeuralBoxException {

    @Serial
    private static final long serialVersionUID = 1;

    /** A timer of {@link Timeouts}. */
    public enum Timer {
        /** {@link Timeouts#connect()}. */
        CONNECT("connecting"),
        /** {@link Timeouts#responseHead()}. */
        RESPONSE_HEAD("waiting for the response head"),
        /** {@link Timeouts#firstEvent()}. */
        FIRST_EVENT("waiting for the first event"),
        /** {@link Timeouts#idle()}. */
        IDLE("waiting for bytes"),
        /** {@link Timeouts#eventIdle()}. */
        EVENT_IDLE("waiting for an event"),
        /** {@link Timeouts#total()}, or {@link Polling#total()} of a result that is awaited. */
        TOTAL("the whole call");

        final String what;

        Timer(String what) {
            this.what = what;
        }
    }

    private final Timer timer;
    private final Duration limit;

    GenerationTimeoutException(Timer timer, Duration limit, @Nullable Throwable cause, CallFacts facts) {
        super(
                facts.pointing(timer.what + " took longer than " + TimeUnit.NANOSECONDS.toMillis(Delayer.nanos(limit))
                        + " ms"),
                cause,
                facts);
        this.timer = timer;
        this.limit = limit;
    }

    /** The timer that ran out. */
    public Timer timer() {
        return timer;
    }

    /** The timer's limit. */
    public Duration limit() {
        return limit;
    }
}
