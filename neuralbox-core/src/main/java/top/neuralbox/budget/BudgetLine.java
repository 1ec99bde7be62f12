package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import top.neuralbox.BudgetUnit;

/**
 * One limit that a reservation counts against, and the amount that it reserves there. The store decides on the current window
 * of time, so that all clients that share the store agree on it.
 *
 * @param key the name of the limit, with its client or tenant and the length of its windows; equal limits have equal keys on
 *     every instance, and limits of different units have different keys
 * @param unit what the limit counts
 * @param limit not negative
 * @param window the length of a window, at least 1 ms; fractions of a millisecond do not count. Windows follow one another from
 *     the epoch of {@link java.time.Instant}. Null if the limit has no window and never renews
 * @param amount what a reservation reserves in this line, not negative; zero in a line that only names a limit
 * @since 0.1.0
 */
public record BudgetLine(
        String key,
        BudgetUnit unit,
        BigDecimal limit,
        @Nullable Duration window,
        BigDecimal amount) {

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException if the limit or the amount is negative, or the window is shorter than 1 ms
     */
    public BudgetLine {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(unit, "unit");
        if (limit.signum() < 0) {
            throw new IllegalArgumentException("limit must not be negative: " + limit);
        }
        if (window != null && window.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("window must be at least 1 ms: " + window);
        }
        if (amount.signum() < 0) {
            throw new IllegalArgumentException("amount must not be negative: " + amount);
        }
    }

    /** A limit of credits, with the amount zero. */
    public static BudgetLine credits(String key, BigDecimal limit, @Nullable Duration window) {
        return new BudgetLine(key, BudgetUnit.CREDITS, limit, window, BigDecimal.ZERO);
    }

    /** A limit of requests, with the amount zero. */
    public static BudgetLine requests(String key, BigDecimal limit, @Nullable Duration window) {
        return new BudgetLine(key, BudgetUnit.REQUESTS, limit, window, BigDecimal.ZERO);
    }

    /** The same limit with another amount. */
    public BudgetLine withAmount(BigDecimal amount) {
        return new BudgetLine(key, unit, limit, window, amount);
    }
}
