package top.neuralbox.testkit.contract;

import java.time.Duration;
import java.time.Instant;
import top.neuralbox.budget.BudgetStore;

class MemoryBudgetStoreTest implements BudgetStoreContract {

    private Instant now = Instant.parse("2026-03-08T12:59:59Z");
    private final BudgetStore store = BudgetStore.inMemory(() -> now);

    @Override
    public BudgetStore store() {
        return store;
    }

    @Override
    public void moveClock(Duration by) {
        now = now.plus(by);
    }
}
