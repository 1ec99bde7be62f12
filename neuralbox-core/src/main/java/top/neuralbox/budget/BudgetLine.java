package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One limit that a reservation counts against.
 *
 * @param key names the limit, whom it holds for and the window of time; equal for equal ones on every instance
 * @param limit credits
 * @param ends when the window ends and the line is of no more use; null if it never does
 */
public record BudgetLine(
        String key, BigDecimal limit, @Nullable Instant ends) {}
