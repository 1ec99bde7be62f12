package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store in memory with one limit of 10 credits. */
final class Counted {

    private static final BudgetLine LINE = BudgetLine.credits("all", BigDecimal.TEN, null);

    private final MemoryBudgetStore store = new MemoryBudgetStore(InstantSource.system());

    /** 1 if the credits were set aside, 0 if there were not enough. */
    int reserve(String reservation, int credits) {
        return store.reserve(reservation, List.of(LINE.withAmount(BigDecimal.valueOf(credits))))
                        .toCompletableFuture()
                        .join()
                        .isEmpty()
                ? 1
                : 0;
    }

    void settle(String reservation, int credits) {
        @Nullable Object unused = store.settle(reservation, BigDecimal.valueOf(credits));
    }

    void leaveUnsettled(String reservation) {
        @Nullable Object unused = store.leaveUnsettled(reservation);
    }

    int spent() {
        return usage().spent().intValueExact();
    }

    /** All that is set aside, for generations that run and for those that are unsettled. */
    int held() {
        return usage().reserved().add(usage().unsettled()).intValueExact();
    }

    private BudgetUsage usage() {
        return store.usage(LINE).toCompletableFuture().join();
    }
}
