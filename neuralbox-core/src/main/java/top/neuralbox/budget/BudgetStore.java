package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where a {@link CreditBudget} keeps its count: in this process, or where a fleet of them shares it. Thread-safe; no method
 * may block. A stage that fails means that it is not known what became of the request.
 */
public interface BudgetStore {

    /** A store in this process, which lasts as long as it. */
    static BudgetStore inMemory() {
        return new MemoryBudgetStore(InstantSource.system());
    }

    /**
     * Sets credits aside in all lines, or in none: atomically, and only where spent, reserved and unsettled credits together
     * with these stay within each limit.
     *
     * @param reservation a name that was never used before
     * @param credits not negative
     * @return the first line that has not enough left; empty if the credits are set aside
     */
    CompletionStage<Optional<BudgetLine>> reserve(String reservation, BigDecimal credits, List<BudgetLine> lines);

    /**
     * Puts what was spent in the place of what was set aside, in the windows in which that was. May be more than was set
     * aside. Settling a reservation again, or one that is not known, does nothing.
     *
     * @param credits zero to release it
     */
    CompletionStage<Void> settle(String reservation, BigDecimal credits);

    /** Keeps a reservation as unsettled until {@link #settle}. */
    CompletionStage<Void> leaveUnsettled(String reservation);

    /** How the line of this key is used. */
    CompletionStage<BudgetUsage> usage(String key);
}
