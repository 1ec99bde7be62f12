package top.neuralbox;

/**
 * What a limit of a budget counts.
 *
 * @since 0.1.0
 */
public enum BudgetUnit {
    /** Credits of the account, which generations cost. */
    CREDITS,
    /** Requests to the service: each one that is sent, whatever it asks for and however it ends. */
    REQUESTS
}
