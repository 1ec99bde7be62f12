package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;

class MemoryBudgetStoreTest implements BudgetStoreContract {

    private Instant now = Instant.parse("2026-03-08T12:59:59Z");
    private final BudgetStore store = BudgetStore.inMemory(() -> now);

    @Test
    void windowOfTodayOutlivesVeryManyLinesOfAClockThatIsAhead() {
        BudgetLine today = BudgetLine.credits("today", BigDecimal.TEN, Duration.ofDays(1));
        store.reserve("settled", List.of(today.withAmount(BigDecimal.ONE)));
        store.settle("settled", BigDecimal.ONE);
        store.reserve("open", List.of(today.withAmount(new BigDecimal(2))));

        moveClock(Duration.ofDays(7));
        for (int i = 0; i < 5_000; i++) {
            BudgetLine other = BudgetLine.credits("other " + i, BigDecimal.TEN, Duration.ofDays(1));
            store.reserve("ahead " + i, List.of(other.withAmount(BigDecimal.ONE)));
        }
        moveClock(Duration.ofDays(-7));

        assertThat(store.usage(today).toCompletableFuture().join())
                .isEqualTo(new BudgetUsage(BigDecimal.ONE, new BigDecimal(2), BigDecimal.ZERO));
        store.settle("open", BigDecimal.ZERO);
        assertThat(store.usage(today).toCompletableFuture().join())
                .isEqualTo(new BudgetUsage(BigDecimal.ONE, BigDecimal.ZERO, BigDecimal.ZERO));
    }

    @Override
    public BudgetStore store() {
        return store;
    }

    @Override
    public void moveClock(Duration by) {
        now = now.plus(by);
    }
}
