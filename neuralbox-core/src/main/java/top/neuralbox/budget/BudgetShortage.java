package top.neuralbox.budget;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a store reserved nothing.
 *
 * @param line the first line whose amount is more than its limit has left
 * @param renewal how long until the limit has more left without a settlement: until its next window begins, or until the
 *     service counts anew, if that is sooner and then the amount fits; null if it has no window
 * @since 0.1.0
 */
public record BudgetShortage(BudgetLine line, @Nullable Duration renewal) {}
