package top.neuralbox.budget;

import java.math.BigDecimal;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.GenerationInfo;

/** Hears what a {@link CreditBudget} decides. It must not block; what it throws is logged and changes nothing. */
public interface BudgetListener {

    /** A generation was refused before a byte was sent. */
    default void refused(GenerationInfo info, BudgetExceededException refusal) {}

    /**
     * It is not known whether a generation was charged; its credits stay set aside.
     *
     * @param reservation the name by which {@link CreditBudget#settle} takes what you find out
     */
    default void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {}

    /** The account's balance fell below the mark; told again only after it was above it. */
    default void lowBalance(BigDecimal balance) {}

    /** The store could not be asked, or told. */
    default void storeFailed(Throwable error) {}
}
