package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The time-outs of a generation, one for each phase. Immutable. {@link Duration#ZERO} switches a timer off, except {@code
 * connect}.
 *
 * <p>No timer but {@code total} fires because the reader is slow: the idle timers stop while there is no demand. {@code total}
 * never stops.
 *
 * @since 0.1.0
 */
public final class Timeouts {

    private static final Timeouts DEFAULTS = new Builder().build();

    private final Duration connect;
    private final Duration responseHead;
    private final Duration firstEvent;
    private final Duration idle;
    private final Duration eventIdle;
    private final Duration total;

    private Timeouts(Builder builder) {
        this.connect = builder.connect;
        this.responseHead = builder.responseHead;
        this.firstEvent = builder.firstEvent;
        this.idle = builder.idle;
        this.eventIdle = builder.eventIdle;
        this.total = builder.total;
    }

    /** Connect 10 s, response head 120 s, first event 120 s, idle 90 s, event idle 5 min, total off. */
    public static Timeouts defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that begins with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.connect = connect;
        builder.responseHead = responseHead;
        builder.firstEvent = firstEvent;
        builder.idle = idle;
        builder.eventIdle = eventIdle;
        builder.total = total;
        return builder;
    }

    /**
     * From the time when the transport gets the request until its first byte is written: the wait for the pool, DNS, TCP and
     * TLS. If it was still waiting for the pool, the failure is a {@link ConnectionException} with the reason {@link
     * ConnectionException.Reason#POOL}.
     */
    public Duration connect() {
        return connect;
    }

    /** From the first written byte until the response head. */
    public Duration responseHead() {
        return responseHead;
    }

    /** From the response head until the first event of any type. */
    public Duration firstEvent() {
        return firstEvent;
    }

    /** Between two reads of bytes, comments included. */
    public Duration idle() {
        return idle;
    }

    /** Between two events; comments, the usual keep-alive, do not count. */
    public Duration eventIdle() {
        return eventIdle;
    }

    /** From the start of the call until its end, including all attempts, the waits between them and the reader's own time. */
    public Duration total() {
        return total;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Timeouts that
                && connect.equals(that.connect)
                && responseHead.equals(that.responseHead)
                && firstEvent.equals(that.firstEvent)
                && idle.equals(that.idle)
                && eventIdle.equals(that.eventIdle)
                && total.equals(that.total);
    }

    @Override
    public int hashCode() {
        return Objects.hash(connect, responseHead, firstEvent, idle, eventIdle, total);
    }

    @Override
    public String toString() {
        return "Timeouts[connect=" + connect + ", responseHead=" + responseHead + ", firstEvent=" + firstEvent
                + ", idle=" + idle + ", eventIdle=" + eventIdle + ", total=" + total + "]";
    }

    /** Builds time-outs. Not thread-safe. Each method refuses a negative duration. */
    public static final class Builder {

        private Duration connect = Duration.ofSeconds(10);
        private Duration responseHead = Duration.ofMinutes(2);
        private Duration firstEvent = Duration.ofMinutes(2);
        private Duration idle = Duration.ofSeconds(90);
        private Duration eventIdle = Duration.ofMinutes(5);
        private Duration total = Duration.ZERO;

        private Builder() {}

        /**
         * Sets {@link Timeouts#connect()}.
         *
         * @throws IllegalArgumentException if it is not positive, because connecting always has a time-out
         */
        public Builder connect(Duration connect) {
            if (requireNotNegative("connect", connect).isZero()) {
                throw new IllegalArgumentException("connect must be positive");
            }
            this.connect = connect;
            return this;
        }

        /** Sets {@link Timeouts#responseHead()}. */
        public Builder responseHead(Duration responseHead) {
            this.responseHead = requireNotNegative("responseHead", responseHead);
            return this;
        }

        /** Sets {@link Timeouts#firstEvent()}. */
        public Builder firstEvent(Duration firstEvent) {
            this.firstEvent = requireNotNegative("firstEvent", firstEvent);
            return this;
        }

        /** Sets {@link Timeouts#idle()}. */
        public Builder idle(Duration idle) {
            this.idle = requireNotNegative("idle", idle);
            return this;
        }

        /** Sets {@link Timeouts#eventIdle()}. */
        public Builder eventIdle(Duration eventIdle) {
            this.eventIdle = requireNotNegative("eventIdle", eventIdle);
            return this;
        }

        /** Sets {@link Timeouts#total()}. */
        public Builder total(Duration total) {
            this.total = requireNotNegative("total", total);
            return this;
        }

        /** Builds the time-outs. */
        public Timeouts build() {
            return new Timeouts(this);
        }

        private static Duration requireNotNegative(String what, Duration duration) {
            Objects.requireNonNull(duration, what);
            if (duration.isNegative()) {
                throw new IllegalArgumentException(what + " must not be negative: " + duration);
            }
            return duration;
        }
    }
}
