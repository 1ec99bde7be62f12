package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.BudgetUnit;
import top.neuralbox.concurrent.MemoryWait;

/** A store in this process. One lock guards its counts, and only arithmetic is done under it. */
final class MemoryBudgetStore implements BudgetStore {

    /** How long what the service has left counts if it does not say when it counts anew: only a request can tell. */
    private static final Duration UNTIL_ASKED_AGAIN = Duration.ofMinutes(10);

    /** With fewer counts and reservations than this, those of past windows are not removed. */
    private static final int SPARSE = 1_000;

    /** How long a settled reservation is remembered: far longer than a change that was sent before can be in flight. */
    private static final Duration SETTLED_KEPT = Duration.ofMinutes(2);

    /** The most settled reservations that are remembered. The oldest are forgotten first. */
    private static final int MOST_SETTLED = 10_000;

    private static final List<Entry> NONE = List.of();

    private final InstantSource clock;
    private final Lock lock = new ReentrantLock();
    private final Map<Window, Count> counts = new HashMap<>();
    private final Map<String, List<Entry>> reservations = new HashMap<>();
    /** The time by {@link System#nanoTime} at which each reservation was settled, the earliest first. */
    private final Map<String, Long> settled = new LinkedHashMap<>();

    private int tidyAt = SPARSE;

    MemoryBudgetStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public CompletionStage<Optional<BudgetShortage>> reserve(String reservation, List<BudgetLine> lines) {
        Instant now = clock.instant();
        return locked(() -> {
            tidy(now);
            if (isKnown(reservation)) {
                return Optional.empty();
            }
            for (BudgetLine line : lines) {
                Count count = count(line, now);
                if (!count.fits(line, now)) {
                    return Optional.of(new BudgetShortage(line, count.renewal(line, now)));
                }
            }
            hold(reservation, lines, now);
            return Optional.empty();
        });
    }

    @Override
    public CompletionStage<@Nullable Void> reserveAnyway(String reservation, List<BudgetLine> lines) {
        Instant now = clock.instant();
        return this.<@Nullable Void>locked(() -> {
            if (!isKnown(reservation)) {
                hold(reservation, lines, now);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits) {
        return end(reservation, entry -> entry.unit == BudgetUnit.REQUESTS ? entry.amount : credits);
    }

    @Override
    public CompletionStage<@Nullable Void> release(String reservation) {
        return end(reservation, entry -> BigDecimal.ZERO);
    }

    @Override
    public CompletionStage<@Nullable Void> leaveUnsettled(String reservation) {
        return this.<@Nullable Void>locked(() -> {
            List<Entry> entries = reservations.get(reservation);
            if (entries != null) {
                // One by one, as at the end.
                for (int i = entries.size() - 1; i >= 0; i--) {
                    if (entries.get(i).leaveUnsettled()) {
                        entries.remove(i);
                    }
                }
                if (entries.isEmpty()) {
                    rememberSettled(reservation);
                    reservations.remove(reservation);
                }
            }
            return null;
        });
    }

    @Override
    public CompletionStage<@Nullable Void> lower(BudgetLine line, BigDecimal left, @Nullable Instant until) {
        if (line.window() == null) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("the line has no window: " + line.key()));
        }
        Instant now = clock.instant();
        return this.<@Nullable Void>locked(() -> {
            counts.computeIfAbsent(Window.of(line, now), window -> new Count(window.ends(), now))
                    .lower(line.limit().subtract(left), until, now);
            return null;
        });
    }

    @Override
    public CompletionStage<BudgetUsage> usage(BudgetLine line) {
        Instant now = clock.instant();
        return locked(() -> count(line, now).usage(now));
    }

    private CompletionStage<@Nullable Void> end(String reservation, Function<Entry, BigDecimal> spent) {
        return this.<@Nullable Void>locked(() -> {
            rememberSettled(reservation);
            List<Entry> entries = reservations.getOrDefault(reservation, NONE);
            // One by one, because memory may run out between two of them. The rest is then ended by another try.
            while (!entries.isEmpty()) {
                Entry last = entries.get(entries.size() - 1);
                last.end(spent.apply(last));
                entries.remove(entries.size() - 1);
            }
            reservations.remove(reservation);
            return null;
        });
    }

    /** Whether the reservation holds something, or was settled. */
    private boolean isKnown(String reservation) {
        return reservations.containsKey(reservation) || settled.containsKey(reservation);
    }

    private void rememberSettled(String reservation) {
        long now = System.nanoTime();
        settled.putIfAbsent(reservation, now);
        Iterator<Long> oldest = settled.values().iterator();
        while (oldest.hasNext() && (now - oldest.next() > SETTLED_KEPT.toNanos() || settled.size() > MOST_SETTLED)) {
            oldest.remove();
        }
    }

    private void hold(String reservation, List<BudgetLine> lines, Instant now) {
        List<Entry> entries = new ArrayList<>(lines.size());
        for (BudgetLine line : lines) {
            Count count = count(line, now);
            counts.put(Window.of(line, now), count);
            // Two lines with the same key and window share one count.
            if (entries.stream().noneMatch(entry -> entry.count == count)) {
                entries.add(new Entry(count, line));
            }
        }
        List<BigDecimal> reserved = entries.stream().map(Entry::reservedWithIt).toList();
        reservations.put(reservation, entries);
        // Nothing is allocated from here on: either all entries count, or none does.
        for (int i = 0; i < entries.size(); i++) {
            entries.get(i).count.reserved = reserved.get(i);
        }
    }

    /**
     * The count of the current window. The count of another window is kept for its reservations, and for a clock that is set
     * back. It is never used for the current window, even if the clock was far ahead when it began.
     */
    private Count count(BudgetLine line, Instant now) {
        Window window = Window.of(line, now);
        Count count = counts.get(window);
        return count == null ? new Count(window.ends(), now) : count;
    }

    /**
     * Removes past windows, and reservations that count only in past windows. The wall clock may be ahead, and may be set back.
     * So a window is past only if the time that it had left when its count began has passed on the monotonic clock too.
     */
    private void tidy(Instant now) {
        if (counts.size() + reservations.size() < tidyAt) {
            return;
        }
        counts.values().removeIf(count -> count.isPast(now));
        reservations.values().removeIf(entries -> entries.stream().allMatch(entry -> entry.count.isPast(now)));
        tidyAt = Math.max(SPARSE, 2 * (counts.size() + reservations.size()));
    }

    /** Does a step under the lock. Tries again if there is no memory, because the figures would be wrong ever after. */
    private <T extends @Nullable Object> CompletionStage<T> locked(Supplier<T> step) {
        for (int tries = 0; ; tries++) {
            try {
                return CompletableFuture.completedFuture(lockedOnce(step));
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private <T extends @Nullable Object> T lockedOnce(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * One window of one line.
     *
     * @param ends the end of the window; null if it never ends
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

    /** The count of one window of one line. */
    private static final class Count {

        /** Half the range of the monotonic clock, so that its times can be compared. */
        private static final long FOREVER = Long.MAX_VALUE / 2;

        private final @Nullable Instant ends;
        private BigDecimal spent = BigDecimal.ZERO;
        private BigDecimal reserved = BigDecimal.ZERO;
        private BigDecimal unsettled = BigDecimal.ZERO;
        private BigDecimal elsewhere = BigDecimal.ZERO;
        private Instant elsewhereUntil = Instant.MIN;

        /** The end by {@link System#nanoTime}. */
        private final long endsAt;

        private Count(@Nullable Instant ends, Instant now) {
            this.ends = ends;
            this.endsAt = System.nanoTime() + (ends == null ? FOREVER : nanos(Duration.between(now, ends)));
        }

        private BudgetUsage usage(Instant now) {
            return new BudgetUsage(
                    spent, reserved, unsettled, now.isBefore(elsewhereUntil) ? elsewhere : BigDecimal.ZERO);
        }

        private BigDecimal own() {
            return spent.add(reserved).add(unsettled);
        }

        private boolean fits(BudgetLine line, Instant now) {
            return usage(now).total().add(line.amount()).compareTo(line.limit()) <= 0;
        }

        private @Nullable Duration renewal(BudgetLine line, Instant now) {
            if (ends == null) {
                return null;
            }
            boolean fitsThen = own().add(line.amount()).compareTo(line.limit()) <= 0;
            return Duration.between(now, fitsThen ? elsewhereUntil : ends);
        }

        /** @param used all that was used, by clients of this budget and elsewhere */
        private void lower(BigDecimal used, @Nullable Instant until, Instant now) {
            Instant end = Objects.requireNonNull(ends);
            BigDecimal more = used.subtract(own()).max(BigDecimal.ZERO);
            BigDecimal known = usage(now).elsewhere();
            Instant anew;
            boolean newer;
            if (until == null) {
                Instant asked = now.plus(UNTIL_ASKED_AGAIN);
                anew = asked.isBefore(elsewhereUntil) ? elsewhereUntil : asked;
                // Two answers cannot be told to be of one count; one that lowers less does not prolong the other.
                newer = more.compareTo(known) == 0;
            } else {
                anew = until;
                newer = (until.isAfter(end) ? end : until).isAfter(elsewhereUntil);
            }
            anew = anew.isAfter(end) ? end : anew;
            if (now.isBefore(anew) && (newer || more.compareTo(known) > 0)) {
                elsewhere = more;
                elsewhereUntil = anew;
            }
        }

        private boolean isPast(Instant now) {
            return ends != null && !now.isBefore(ends) && System.nanoTime() - endsAt >= 0;
        }

        private static long nanos(Duration left) {
            return left.compareTo(Duration.ofNanos(FOREVER)) < 0 ? left.toNanos() : FOREVER;
        }
    }

    /** What a reservation holds in one count. */
    private static final class Entry {

        private final Count count;
        private final BudgetUnit unit;
        private final BigDecimal amount;
        private boolean unsettled;

        private Entry(Count count, BudgetLine line) {
            this.count = count;
            this.unit = line.unit();
            this.amount = line.amount();
        }

        private BigDecimal reservedWithIt() {
            return count.reserved.add(amount);
        }

        /** The entry holds nothing any more, and this was spent. */
        private void end(BigDecimal credits) {
            BigDecimal held = unsettled ? count.unsettled : count.reserved;
            BigDecimal left = held.subtract(amount);
            count.spent = count.spent.add(credits);
            if (unsettled) {
                count.unsettled = left;
            } else {
                count.reserved = left;
            }
        }

        /** Returns whether the entry is settled by this: requests were sent. */
        private boolean leaveUnsettled() {
            if (unsettled) {
                return false;
            }
            if (unit == BudgetUnit.REQUESTS) {
                end(amount);
                return true;
            }
            BigDecimal left = count.reserved.subtract(amount);
            count.unsettled = count.unsettled.add(amount);
            count.reserved = left;
            unsettled = true;
            return false;
        }
    }
}
