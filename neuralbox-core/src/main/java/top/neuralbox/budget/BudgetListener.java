package top.neuralbox.budget;

import java.math.BigDecimal;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationInfo;

/**
 * A listener to the decisions of a {@link CreditBudget}. Its methods run on any
 * thread, and at the same time for different generations. They must not block. An exception from one is logged and changes
 * nothing.
 *
 * @since 0.1.0
 */
public interface BudgetListener {

    /**
     * Credits are reserved for a generation, and its request is sent next. Keep the name beside the generation's id, if another
     * process is to settle the reservation after this one has ended.
     *
     * @param reservation the name to pass to {@code NeuralBox.generation(id, reservation)}
     */
    default void reserved(GenerationInfo info, String reservation, BigDecimal credits) {}

    /**
     * A generation or a single request was refused before a byte of it was sent. A single request sends a generation again,
     * polls, or looks up the account. For a poll and an account lookup, the info names no model.
     */
    default void refused(GenerationInfo info, BudgetExceededException refusal) {}

    /**
     * It is unknown whether a generation was charged, or its cost could not be sent to the store. Its credits stay reserved. In
     * the second case, a store that keeps failed requests settles the reservation later by itself.
     *
     * @param reservation the name to pass to {@link CreditBudget#settle} when you know the cost
     */
    default void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {}

    /**
     * The account's balance fell below the threshold of {@link CreditBudget.Builder#lowBalance}. Called again only after the
     * balance was at or above it.
     */
    default void lowBalance(BigDecimal balance) {}

    /** A request to the store failed. The error's messages hold no secret, unless your own store puts one there. */
    default void storeFailed(Throwable error) {}
}
