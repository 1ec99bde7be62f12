package top.neuralbox.budget;

/**
 * A current limit, with its use.
 *
 * @param line the limit
 * @param usage its use in the current window
 * @since 0.1.0
 */
public record BudgetState(BudgetLine line, BudgetUsage usage) {}
