package top.neuralbox;

import java.util.concurrent.CompletionStage;

/**
 * Decides, before a byte is sent, whether a generation may cost what it may, and hears what it did cost. {@code
 * top.neuralbox.budget.CreditBudget} is the one that comes with the client. Thread-safe; no method may block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CreditGuard {

    /**
     * Sets credits aside for a generation with all its attempts.
     *
     * @param account tells what the model costs
     * @return a stage that fails with {@link BudgetExceededException} if the generation must not be sent; any other failure
     *     refuses it too, as {@link BudgetUnavailableException}
     */
    CompletionStage<Reservation> reserve(GenerationRequest request, GenerationInfo info, Account account);

    /** Credits that were set aside for one generation. */
    @FunctionalInterface
    interface Reservation {

        /**
         * The generation ended; called once, and once more if its bill was unknown then and became known because its pending
         * result was awaited. What it throws is logged and reaches nobody.
         */
        void ended(GenerationOutcome outcome);
    }
}
