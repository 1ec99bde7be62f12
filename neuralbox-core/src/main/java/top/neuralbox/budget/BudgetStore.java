package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The counts of a {@link CreditBudget}: in this process, or shared by several processes. Thread-safe; no method may block. The
 * store may complete its stages on any thread, so dependent stages must not block.
 *
 * <p>If a stage fails, it is unknown whether the request was carried out; after an {@link IllegalArgumentException} it was not.
 * A store that can become unreachable keeps a failed {@link #settle}, {@link #release}, {@link #leaveUnsettled} or {@link
 * #reserveAnyway}, and carries it out when it can. The failed stage then says only that this has not happened yet.
 *
 * @since 0.1.0
 */
public interface BudgetStore {

    /** A store in this process. Its counts end with the process. */
    static BudgetStore inMemory() {
        return inMemory(InstantSource.system());
    }

    /**
     * A store in this process. Its counts end with the process.
     *
     * @param clock determines the current window of time
     */
    static BudgetStore inMemory(InstantSource clock) {
        return new MemoryBudgetStore(clock);
    }

    /**
     * Reserves the amount of each line, in all lines or in none, atomically. It succeeds only if, for each limit, the new
     * amount plus the amounts that are spent, reserved, unsettled and used elsewhere stays within the limit.
     *
     * @param reservation a name that was never used before
     * @return the shortage; empty if the amounts are reserved
     */
    CompletionStage<Optional<BudgetShortage>> reserve(String reservation, List<BudgetLine> lines);

    /**
     * Reserves the amount of each line, whatever the limits, because the request was sent while the store could not be
     * reached. Does nothing if {@link #reserve} was carried out after all, or the reservation was settled or released.
     */
    CompletionStage<@Nullable Void> reserveAnyway(String reservation, List<BudgetLine> lines);

    /**
     * Replaces the reserved credits by the spent ones, in the windows of the reservation; its reserved requests count as spent.
     * It may spend more credits than were reserved. Settling a reservation twice, or an unknown one, counts nothing. A {@link
     * #reserve} that is delayed and arrives after this call reserves nothing.
     *
     * @param credits zero if nothing was charged; not negative
     */
    CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits);

    /** Gives back all that is reserved, because nothing was sent. Otherwise as {@link #settle}. */
    CompletionStage<@Nullable Void> release(String reservation);

    /**
     * Keeps the credits of a reservation as unsettled until {@link #settle}; its reserved requests count as spent. Does nothing
     * if it is settled or unknown.
     */
    CompletionStage<@Nullable Void> leaveUnsettled(String reservation);

    /**
     * The service says how many requests are left. If the current window of the line has more than {@code left}, the
     * difference counts as used elsewhere; otherwise nothing changes. Of several calls with the same {@code until}, the lowest
     * {@code left} counts, because each answer of the service counts only the requests that had arrived. A call with a later
     * {@code until} replaces the earlier ones.
     *
     * @param line a limit of requests with a window
     * @param left not negative
     * @param until when the service restarts its count, at most the end of the window. Null if the service does not say it;
     *     then it is ten minutes from now, and a further request shows the new count. A past time changes nothing
     */
    CompletionStage<@Nullable Void> lower(BudgetLine line, BigDecimal left, @Nullable Instant until);

    /** The use of a line in the current window. */
    CompletionStage<BudgetUsage> usage(BudgetLine line);
}
