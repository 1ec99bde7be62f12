package top.neuralbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import top.neuralbox.concurrent.Delayer;

/**
 * A clock that moves when a test says so, handed to a client through the seam that core keeps to its own package. What
 * is due at once runs at once, on a thread of its own; what is due later runs on the thread that moves the clock.
 */
public final class FaultClock implements Delayer, AutoCloseable {

    private static final Instant EPOCH = Instant.parse("2026-03-08T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    /** What core waits at least before it sends again; a row would wait for it in vain on a clock that stands still. */
    private static final Duration AT_ONCE = RetryPolicy.SHORTEST_WAIT;

    private final ExecutorService atOnce = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "testkit-clock");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Task> tasks = new ArrayList<>();
    /** Ahead of {@link System#nanoTime()}, on which listeners measure: nothing took less than no time. */
    private final long begin = System.nanoTime() + Duration.ofHours(1).toNanos();

    private long now;
    private Duration wallAhead = Duration.ZERO;

    /** Gives a client this clock, and the shortest waits where the service asks for none. */
    public NeuralBox.Builder drive(NeuralBox.Builder builder) {
        return builder.delayer(this).random(() -> 0);
    }

    /** Waits until something is to happen after exactly this delay. */
    public void awaitTimer(Duration delay) {
        await("a timer of " + delay, () -> isScheduled(delay));
    }

    /** Moves the clock on step by step until something has happened, doing something between the steps. */
    public void advanceUntil(BooleanSupplier happened, Duration step, Runnable between) {
        BooleanSupplier happenedOrStepped = () -> {
            if (happened.getAsBoolean()) {
                return true;
            }
            advance(step);
            between.run();
            return false;
        };
        if (!comes(PATIENCE, happenedOrStepped)) {
            throw new AssertionError("nothing happened by " + now());
        }
    }

    public void advance(Duration duration) {
        long until = nanoTime() - begin + duration.toNanos();
        for (Task task = due(until); task != null; task = due(until)) {
            task.work().run();
        }
        synchronized (this) {
            now = until;
        }
    }

    /** Time passes, and nothing of what is due gets to run before it has: as in a process that is stopped. */
    public void freeze(Duration duration) {
        synchronized (this) {
            now += duration.toNanos();
        }
        advance(Duration.ZERO);
    }

    /** Sets the clock on the wall ahead, or back; no time passes. */
    public synchronized void setWall(Duration ahead) {
        wallAhead = ahead;
    }

    public synchronized int pending() {
        return tasks.size();
    }

    /** Looks until something is so; for what gives no signal. */
    public static void await(String what, BooleanSupplier condition) {
        await(what, PATIENCE, condition);
    }

    /** Looks for so long at most. */
    public static void await(String what, Duration patience, BooleanSupplier condition) {
        if (!comes(patience, condition)) {
            throw new AssertionError(what + " did not come within " + patience);
        }
    }

    @Override
    public synchronized long nanoTime() {
        return begin + now;
    }

    @Override
    public synchronized Instant now() {
        return EPOCH.plusNanos(now).plus(wallAhead);
    }

    @Override
    public synchronized Cancellable after(long nanos, Runnable work) {
        if (nanos <= AT_ONCE.toNanos()) {
            atOnce.execute(work);
            return () -> {};
        }
        Task task = new Task(nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos, work);
        tasks.add(task);
        return () -> remove(task);
    }

    @Override
    public void close() {
        atOnce.shutdownNow();
    }

    /** Counts its looks and not the time, so that a machine that stands still for a moment does not use it up. */
    private static boolean comes(Duration patience, BooleanSupplier condition) {
        for (long looks = patience.dividedBy(LOOK_AGAIN); !condition.getAsBoolean(); looks--) {
            if (looks == 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        return true;
    }

    /** Whether something is to happen within this time. */
    public synchronized boolean isScheduledWithin(Duration delay) {
        return tasks.stream().anyMatch(task -> task.at() - now <= delay.toNanos());
    }

    private synchronized boolean isScheduled(Duration delay) {
        return tasks.stream().anyMatch(task -> task.at() - now == delay.toNanos());
    }

    private synchronized void remove(Task task) {
        tasks.removeIf(other -> other == task);
    }

    private synchronized Task due(long until) {
        Task first = tasks.stream().min(Comparator.comparingLong(Task::at)).orElse(null);
        if (first == null || first.at() > until) {
            return null;
        }
        tasks.remove(first);
        now = Math.max(now, first.at());
        return first;
    }

    private record Task(long at, Runnable work) {}
}
