package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts in this process, exactly: one lock, under which nothing but arithmetic is done. */
final class MemoryBudgetStore implements BudgetStore {

    /** So many lines may lie about before those of past windows are looked for. */
    private static final int SPARSE = 1_000;

    private final InstantSource clock;
    private final Lock lock = new ReentrantLock();
    private final Map<String, Count> counts = new HashMap<>();
    private final Map<String, Held> reservations = new HashMap<>();
    private int tidyAt = SPARSE;

    MemoryBudgetStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public CompletionStage<Optional<BudgetLine>> reserve(
            String reservation, BigDecimal credits, List<BudgetLine> lines) {
        return locked(() -> {
            tidy();
            for (BudgetLine line : lines) {
                Count count = counts.get(line.key());
                BigDecimal used =
                        count == null ? BigDecimal.ZERO : count.usage().total();
                if (used.add(credits).compareTo(line.limit()) > 0) {
                    return Optional.of(line);
                }
            }
            List<Count> held = new ArrayList<>(lines.size());
            for (BudgetLine line : lines) {
                Count count = counts.computeIfAbsent(line.key(), key -> new Count(line.ends()));
                count.reserved = count.reserved.add(credits);
                held.add(count);
            }
            reservations.put(reservation, new Held(credits, held));
            return Optional.empty();
        });
    }

    @Override
    public CompletionStage<Void> settle(String reservation, BigDecimal credits) {
        return this.<@Nullable Void>locked(() -> {
            Held held = reservations.remove(reservation);
            if (held != null) {
                held.free();
                held.counts.forEach(count -> count.spent = count.spent.add(credits));
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> leaveUnsettled(String reservation) {
        return this.<@Nullable Void>locked(() -> {
            Held held = reservations.get(reservation);
            if (held != null && !held.unsettled) {
                held.free();
                held.unsettled = true;
                held.counts.forEach(count -> count.unsettled = count.unsettled.add(held.credits));
            }
            return null;
        });
    }

    @Override
    public CompletionStage<BudgetUsage> usage(String key) {
        return locked(() -> {
            Count count = counts.get(key);
            return count == null ? BudgetUsage.NONE : count.usage();
        });
    }

    /** Forgets past windows, and what was set aside in these alone. */
    private void tidy() {
        if (counts.size() < tidyAt) {
            return;
        }
        Instant now = clock.instant();
        counts.values().removeIf(count -> count.isPast(now));
        reservations.values().removeIf(held -> held.counts.stream().allMatch(count -> count.isPast(now)));
        tidyAt = Math.max(SPARSE, 2 * counts.size());
    }

    private <T extends @Nullable Object> CompletionStage<T> locked(Supplier<T> step) {
        lock.lock();
        try {
            return CompletableFuture.completedFuture(step.get());
        } finally {
            lock.unlock();
        }
    }

    /** One line's count. */
    private static final class Count {

        private final @Nullable Instant ends;
        private BigDecimal spent = BigDecimal.ZERO;
        private BigDecimal reserved = BigDecimal.ZERO;
        private BigDecimal unsettled = BigDecimal.ZERO;

        private Count(@Nullable Instant ends) {
            this.ends = ends;
        }

        private BudgetUsage usage() {
            return new BudgetUsage(spent, reserved, unsettled);
        }

        private boolean isPast(Instant now) {
            return ends != null && !now.isBefore(ends);
        }
    }

    /** One reservation. */
    private static final class Held {

        private final BigDecimal credits;
        private final List<Count> counts;
        private boolean unsettled;

        private Held(BigDecimal credits, List<Count> counts) {
            this.credits = credits;
            this.counts = counts;
        }

        private void free() {
            for (Count count : counts) {
                if (unsettled) {
                    count.unsettled = count.unsettled.subtract(credits);
                } else {
                    count.reserved = count.reserved.subtract(credits);
                }
            }
        }
    }
}
