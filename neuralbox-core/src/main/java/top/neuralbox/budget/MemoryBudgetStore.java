package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
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
    private final Map<Window, Count> counts = new HashMap<>();
    private final Map<String, Held> reservations = new HashMap<>();
    private int tidyAt = SPARSE;

    MemoryBudgetStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public CompletionStage<Optional<BudgetShortage>> reserve(
            String reservation, BigDecimal credits, List<BudgetLine> lines) {
        Instant now = clock.instant();
        return locked(() -> {
            tidy(now);
            for (BudgetLine line : lines) {
                Count count = count(line, now);
                if (count.usage().total().add(credits).compareTo(line.limit()) > 0) {
                    return Optional.of(new BudgetShortage(line, count.left(now)));
                }
            }
            hold(reservation, credits, lines, now);
            return Optional.empty();
        });
    }

    @Override
    public CompletionStage<@Nullable Void> reserveAnyway(
            String reservation, BigDecimal credits, List<BudgetLine> lines) {
        Instant now = clock.instant();
        return this.<@Nullable Void>locked(() -> {
            if (!reservations.containsKey(reservation)) {
                hold(reservation, credits, lines, now);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits) {
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
    public CompletionStage<@Nullable Void> leaveUnsettled(String reservation) {
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
    public CompletionStage<BudgetUsage> usage(BudgetLine line) {
        Instant now = clock.instant();
        return locked(() -> count(line, now).usage());
    }

    private void hold(String reservation, BigDecimal credits, List<BudgetLine> lines, Instant now) {
        List<Count> held = new ArrayList<>(lines.size());
        for (BudgetLine line : lines) {
            Count count = count(line, now);
            counts.put(Window.of(line, now), count);
            // Two lines of one name have one count.
            if (!held.contains(count)) {
                count.reserved = count.reserved.add(credits);
                held.add(count);
            }
        }
        reservations.put(reservation, new Held(credits, held));
    }

    /**
     * The count of the window that runs. That of another lives on for the reservations made in it, and for a clock that is set
     * back; it is not taken for this one, however far ahead the clock was when it began.
     */
    private Count count(BudgetLine line, Instant now) {
        Window window = Window.of(line, now);
        Count count = counts.get(window);
        return count == null ? new Count(window.ends()) : count;
    }

    /** Forgets past windows, and what was set aside in these alone. */
    private void tidy(Instant now) {
        if (counts.size() + reservations.size() < tidyAt) {
            return;
        }
        counts.values().removeIf(count -> count.isPast(now));
        reservations.values().removeIf(held -> held.counts.stream().allMatch(count -> count.isPast(now)));
        tidyAt = Math.max(SPARSE, 2 * (counts.size() + reservations.size()));
    }

    private <T extends @Nullable Object> CompletionStage<T> locked(Supplier<T> step) {
        lock.lock();
        try {
            return CompletableFuture.completedFuture(step.get());
        } finally {
            lock.unlock();
        }
    }

    /**
     * One window of one line.
     *
     * @param ends when; null if never
     */
    private record Window(String key, @Nullable Instant ends) {

        static Window of(BudgetLine line, Instant now) {
            Duration window = line.window();
            if (window == null) {
                return new Window(line.key(), null);
            }
            long length = window.toMillis();
            return new Window(
                    line.key(), Instant.ofEpochMilli((Math.floorDiv(now.toEpochMilli(), length) + 1) * length));
        }
    }

    /** What is counted in one window of one line. */
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

        private @Nullable Duration left(Instant now) {
            return ends == null ? null : Duration.between(now, ends);
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
