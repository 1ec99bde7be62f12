package top.neuralbox.budget;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a store reserved nothing.
 *
 * @param line the first line whose amount is more than its limit has left
 * @param renewal the time until the limit has more left, even if nothing is settled: usually until its next window, or until
 *     the service restarts its count, if the amount fits then. Null if the limit has no window
 * @since 0.1.0
 */
public record BudgetShortage(BudgetLine line, @Nullable Duration renewal) {}
