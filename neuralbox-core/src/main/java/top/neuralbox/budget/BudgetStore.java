package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link CreditBudget} keeps its count: in this process, or where a fleet of them shares it. Thread-safe; no method
 * may block. Stages settle on whatever thread the store likes; what depends on them must not block.
 *
 * <p>A stage that fails means that it is not known what became of the request, save {@link IllegalArgumentException}: nothing
 * did. A store that can be lost keeps a failed {@link #settle}, {@link #leaveUnsettled} or {@link #reserveAnyway} and carries
 * it out when it can; the failed stage says only that it has not happened yet.
 *
 * @since 0.1.0
 */
public interface BudgetStore {

    /** A store in this process, which lasts as long as it. */
    static BudgetStore inMemory() {
        return inMemory(InstantSource.system());
    }

    /**
     * A store in this process, which lasts as long as it.
     *
     * @param clock tells which window of time runs
     */
    static BudgetStore inMemory(InstantSource clock) {
        return new MemoryBudgetStore(clock);
    }

    /**
     * Sets credits aside in all lines, or in none: atomically, and only where spent, reserved and unsettled credits together
     * with these stay within each limit.
     *
     * @param reservation a name that was never used before
     * @param credits not negative
     * @return what is missing; empty if the credits are set aside
     */
    CompletionStage<Optional<BudgetShortage>> reserve(String reservation, BigDecimal credits, List<BudgetLine> lines);

    /**
     * Sets credits aside in all lines, whatever their limits: the generation was sent while the store could not be asked. Does
     * nothing if {@link #reserve} has happened after all, or the reservation was settled.
     */
    CompletionStage<@Nullable Void> reserveAnyway(String reservation, BigDecimal credits, List<BudgetLine> lines);

    /**
     * Puts what was spent in the place of what was set aside, in the windows in which that was. May be more than was set
     * aside. Settling a reservation again, or one that is not known, counts nothing. A {@link #reserve} that was under way, and
     * arrives only now, sets nothing aside any more.
     *
     * @param credits zero to release it; not negative
     */
    CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits);

    /** Keeps a reservation as unsettled until {@link #settle}. Does nothing if it is settled or not known. */
    CompletionStage<@Nullable Void> leaveUnsettled(String reservation);

    /** How a line is used in the window that runs. */
    CompletionStage<BudgetUsage> usage(BudgetLine line);
}
