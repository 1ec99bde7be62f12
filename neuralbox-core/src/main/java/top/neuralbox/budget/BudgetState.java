package top.neuralbox.budget;

/**
 * A limit that holds now, with its use.
 *
 * @param line the limit
 * @param usage its use in the window that runs
 * @since 0.1.0
 */
public record BudgetState(BudgetLine line, BudgetUsage usage) {}
