package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The waits of polling for a pending result. Each wait is one and a half times as long as the one before, up to the longest
 * wait. If the service says how long the result may still take, no wait is longer than that time or the first wait,
 * whichever is longer. Immutable.
 *
 * @since 0.1.0
 */
public final class Polling {

    private static final Polling DEFAULTS = new Builder().build();

    private final Duration firstWait;
    private final Duration longestWait;
    private final Duration total;
    private final Consumer<GenerationAnswer.Pending> progress;

    private Polling(Builder builder) {
        this.firstWait = builder.firstWait;
        this.longestWait = builder.longestWait;
        this.total = builder.total;
        this.progress = builder.progress;
    }

    /** First wait 1 s, longest 15 s, 15 min in total, and no consumer of progress. */
    public static Polling defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** The wait before the first poll, which is also the shortest wait. Less than 100 ms counts as 100 ms. */
    public Duration firstWait() {
        return firstWait;
    }

    /** The longest wait, unless the service or the budget asks for a longer one after a failed poll. */
    public Duration longestWait() {
        return longestWait;
    }

    /** The time-out of polling as a whole. */
    public Duration total() {
        return total;
    }

    Consumer<GenerationAnswer.Pending> progress() {
        return progress;
    }

    /** The wait that follows this one. */
    Duration after(Duration wait) {
        Duration half = wait.dividedBy(2);
        // Does not compare wait plus half with the longest wait, because that sum may overflow.
        return half.compareTo(longestWait.minus(wait)) < 0 ? wait.plus(half) : longestWait;
    }

    @Override
    public String toString() {
        return "Polling[firstWait=" + firstWait + ", longestWait=" + longestWait + ", total=" + total + "]";
    }

    /** Builds the waits of polling. Not thread-safe. Each duration must be positive. */
    public static final class Builder {

        private Duration firstWait = Duration.ofSeconds(1);
        private Duration longestWait = Duration.ofSeconds(15);
        private Duration total = Duration.ofMinutes(15);
        private Consumer<GenerationAnswer.Pending> progress = answer -> {};

        private Builder() {}

        /** Sets {@link Polling#firstWait()}. */
        public Builder firstWait(Duration firstWait) {
            this.firstWait = requirePositive("firstWait", firstWait);
            return this;
        }

        /** Sets {@link Polling#longestWait()}. If it is shorter than the first wait, the first wait is used instead. */
        public Builder longestWait(Duration longestWait) {
            this.longestWait = requirePositive("longestWait", longestWait);
            return this;
        }

        /** Sets {@link Polling#total()}. */
        public Builder total(Duration total) {
            this.total = requirePositive("total", total);
            return this;
        }

        /**
         * Sets a consumer that receives each answer that is still pending, one at a time. It runs on a
         * callback thread or on the executor of the client, and may block: the next poll waits for it. If it throws, the
         * exception is logged and polling goes on.
         */
        public Builder onProgress(Consumer<GenerationAnswer.Pending> progress) {
            this.progress = Objects.requireNonNull(progress, "progress");
            return this;
        }

        /** Builds the settings. */
        public Polling build() {
            if (longestWait.compareTo(firstWait) < 0) {
                longestWait = firstWait;
            }
            return new Polling(this);
        }

        private static Duration requirePositive(String what, Duration duration) {
            Objects.requireNonNull(duration, what);
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException(what + " must be positive: " + duration);
            }
            return duration;
        }
    }
}
