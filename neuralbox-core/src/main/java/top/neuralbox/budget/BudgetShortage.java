package top.neuralbox.budget;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a store set nothing aside.
 *
 * @param line the first limit that has not enough left
 * @param renewal how long until that limit counts anew; null if it never does
 * @since 0.1.0
 */
public record BudgetShortage(BudgetLine line, @Nullable Duration renewal) {}
