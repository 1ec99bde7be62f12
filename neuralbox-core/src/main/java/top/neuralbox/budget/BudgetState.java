package top.neuralbox.budget;

/**
 * A limit that holds now, with its use.
 *
 * @param line the limit
 * @param usage its use in the window that runs
 */
public record BudgetState(BudgetLine line, BudgetUsage usage) {}
