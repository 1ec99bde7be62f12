package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a pending result is waited for: the service is asked again and again, with a wait between that grows by half each
 * time. Where the service tells when the result may be ready, no wait is longer than that. Immutable.
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

    /** First wait 1 s, longest 15 s, 15 min in total, nobody hears of the progress. */
    public static Polling defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** How long until the service is asked for the first time, and the shortest wait of all. */
    public Duration firstWait() {
        return firstWait;
    }

    /** How long a wait may grow. */
    public Duration longestWait() {
        return longestWait;
    }

    /** How long the whole may take. */
    public Duration total() {
        return total;
    }

    Consumer<GenerationAnswer.Pending> progress() {
        return progress;
    }

    /** The wait after this one. */
    Duration after(Duration wait) {
        Duration half = wait.dividedBy(2);
        // Rather than the sum of the two with the longest: that may be more than a duration can hold.
        return half.compareTo(longestWait.minus(wait)) < 0 ? wait.plus(half) : longestWait;
    }

    @Override
    public String toString() {
        return "Polling[firstWait=" + firstWait + ", longestWait=" + longestWait + ", total=" + total + "]";
    }

    /** Collects how to poll. Not thread-safe. Each duration must be positive. */
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

        /** Sets {@link Polling#longestWait()}; a longest wait below the first one counts as the first one. */
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
         * Sets who hears of each answer that is still pending, one at a time. It must not block; what it throws is logged and
         * stops nothing.
         */
        public Builder onProgress(Consumer<GenerationAnswer.Pending> progress) {
            this.progress = Objects.requireNonNull(progress, "progress");
            return this;
        }

        /** Makes the settings. */
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
