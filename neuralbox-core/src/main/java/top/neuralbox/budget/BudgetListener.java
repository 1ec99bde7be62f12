package top.neuralbox.budget;

import java.math.BigDecimal;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationInfo;

/**
 * Hears what a {@link CreditBudget} decides. It must not block; what it throws is logged and changes nothing.
 *
 * @since 0.1.0
 */
public interface BudgetListener {

    /** A generation was refused before a byte was sent. */
    default void refused(GenerationInfo info, BudgetExceededException refusal) {}

    /**
     * It is not known whether a generation was charged, or the store could not be told what it cost; its credits stay set
     * aside. A store that keeps what it could not be told settles the latter by itself.
     *
     * @param reservation the name by which {@link CreditBudget#settle} takes what you find out
     */
    default void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {}

    /** The account's balance fell below the mark; told again only after it was above it. */
    default void lowBalance(BigDecimal balance) {}

    /** The store could not be asked, or told. Its messages hold no secret, unless a store of your own puts one there. */
    default void storeFailed(Throwable error) {}
}
