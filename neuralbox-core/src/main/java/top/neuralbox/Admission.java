package top.neuralbox;

import java.time.Duration;
import java.util.Objects;

/**
 * How many generations a client runs at the same time, and how many more may wait. Immutable.
 *
 * <p>A generation that finds no slot waits in a queue, without a thread. When slots become free, the waiting tenants take
 * turns. The generations of one tenant are admitted in the order of their calls. A generation that finds the queue full, or
 * waits too long, fails with {@link AdmissionRefusedException}; nothing is sent. A generation occupies its slot from its
 * admission to its end, with all its attempts. Polls and account lookups need no slot.
 *
 * <p>If {@link Builder#waitForBudget} is set, a generation whose budget is used up gives its slot back, and waits in the same
 * queue until the budget has more left.
 *
 * @since 0.1.0
 */
public final class Admission {

    private final int maxCalls;
    private final int maxCallsPerTenant;
    private final int maxQueued;
    private final Duration maxWait;
    private final boolean waitForBudget;

    private Admission(Builder builder) {
        this.maxCalls = builder.maxCalls;
        this.maxCallsPerTenant = Math.min(builder.maxCallsPerTenant, builder.maxCalls);
        this.maxQueued = builder.maxQueued;
        this.maxWait = builder.maxWait;
        this.waitForBudget = builder.waitForBudget;
    }

    /**
     * A builder for an admission.
     *
     * @param maxCalls the most generations at the same time, at least 1
     * @throws IllegalArgumentException if it is below 1
     */
    public static Builder builder(int maxCalls) {
        return new Builder(maxCalls);
    }

    /** The most generations at the same time. */
    public int maxCalls() {
        return maxCalls;
    }

    /** The most generations of one tenant at the same time. Generations without a tenant count as those of one tenant. */
    public int maxCallsPerTenant() {
        return maxCallsPerTenant;
    }

    /** The most generations that wait. */
    public int maxQueued() {
        return maxQueued;
    }

    /** The longest time that a generation waits. */
    public Duration maxWait() {
        return maxWait;
    }

    /** Whether a generation waits while its budget is used up. */
    public boolean waitForBudget() {
        return waitForBudget;
    }

    /** Builds an admission. Not thread-safe. */
    public static final class Builder {

        private final int maxCalls;
        private int maxCallsPerTenant = Integer.MAX_VALUE;
        private int maxQueued = 1_000;
        private Duration maxWait = Duration.ofSeconds(30);
        private boolean waitForBudget;

        private Builder(int maxCalls) {
            this.maxCalls = atLeast(1, maxCalls, "maxCalls");
        }

        /**
         * Sets the most generations of one tenant at the same time. Default: as many as there are slots.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder maxCallsPerTenant(int maxCallsPerTenant) {
            this.maxCallsPerTenant = atLeast(1, maxCallsPerTenant, "maxCallsPerTenant");
            return this;
        }

        /**
         * Sets the most generations that wait. Zero means that a generation without a slot is refused at once. Default: 1,000.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxQueued(int maxQueued) {
            this.maxQueued = atLeast(0, maxQueued, "maxQueued");
            return this;
        }

        /**
         * Sets the longest time that a generation waits. The time-out {@code total} runs while it waits. Default: 30 seconds.
         *
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder maxWait(Duration maxWait) {
            if (Objects.requireNonNull(maxWait, "maxWait").isZero() || maxWait.isNegative()) {
                throw new IllegalArgumentException("maxWait must be longer than zero: " + maxWait);
            }
            this.maxWait = maxWait;
            return this;
        }

        /**
         * Sets whether a generation waits while its {@linkplain CreditGuard budget} is used up. It asks the budget again after
         * the time that {@link BudgetExceededException#retryAfter()} names, if that is within what is left of
         * {@link #maxWait} and the queue is not full; it then stands at the end of the queue. Otherwise, or if the limit never
         * renews, it fails with that exception. The budget's listeners are notified of each refusal. Default: no.
         */
        public Builder waitForBudget(boolean waitForBudget) {
            this.waitForBudget = waitForBudget;
            return this;
        }

        /** Builds the admission. */
        public Admission build() {
            return new Admission(this);
        }

        private static int atLeast(int least, int value, String name) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
            }
            return value;
        }
    }

    @Override
    public String toString() {
        return "Admission[maxCalls=" + maxCalls + ", maxCallsPerTenant=" + maxCallsPerTenant + ", maxQueued="
                + maxQueued + ", maxWait=" + maxWait + ", waitForBudget=" + waitForBudget + "]";
    }
}
