package top.neuralbox.concurrent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that moves when the test says so, and runs what has become due on the test's thread. */
public final class ManualDelayer implements Delayer {

    private static final Instant EPOCH = Instant.parse("2026-03-08T12:00:00Z");

    private final List<Task> tasks = new ArrayList<>();
    private long now;

    public void advance(Duration duration) {
        long until = nanoTime() + duration.toNanos();
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

    public synchronized int pending() {
        return tasks.size();
    }

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Instant now() {
        return EPOCH.plusNanos(now);
    }

    @Override
    public synchronized Cancellable after(long nanos, Runnable work) {
        Task task = new Task(nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos, work);
        tasks.add(task);
        return () -> remove(task);
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
