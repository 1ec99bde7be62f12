package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One limit that a reservation counts against. Which window of time runs is for the store to say, so that all who share it
 * agree on that.
 *
 * @param key names the limit, whom it holds for and the length of its windows; equal for equal ones on every instance
 * @param limit credits, not negative
 * @param window how long a window is, at least 1 ms, of which whole ones count; windows follow one another from the epoch of
 *     {@link java.time.Instant}. Null if the limit holds for good
 * @since 0.1.0
 */
public record BudgetLine(
        String key, BigDecimal limit, @Nullable Duration window) {

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException if the limit is negative, or the window shorter than 1 ms
     */
    public BudgetLine {
        Objects.requireNonNull(key, "key");
        if (limit.signum() < 0) {
            throw new IllegalArgumentException("limit must not be negative: " + limit);
        }
        if (window != null && window.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("window must be at least 1 ms: " + window);
        }
    }
}
