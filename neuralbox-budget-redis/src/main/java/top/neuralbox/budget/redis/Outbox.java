package top.neuralbox.budget.redis;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Delivers changes of reservations, and keeps the undelivered ones until they can be delivered. The changes of one reservation
 * are delivered in the order in which they were made. A change may be delivered twice. Changes that cannot be kept are counted
 * and logged. Thread-safe.
 */
final class Outbox {

    private static final System.Logger LOGGER = System.getLogger("top.neuralbox.budget.redis");

    private final ScriptThreads threads;
    private final int capacity;
    private final AtomicLong givenUp = new AtomicLong();
    private final AtomicLong givenUpAndLogged = new AtomicLong();
    private final Lock lock = new ReentrantLock();
    private final Map<String, Deque<Runnable>> kept = new LinkedHashMap<>();
    private int size;
    private boolean closed;
    private @Nullable Round round;
    private @Nullable Throwable lastFailure;
    /** Only the timer's thread uses it. */
    private boolean lossLogged;

    /** @param capacity the most changes that are kept */
    Outbox(ScriptThreads threads, int capacity) {
        this.threads = threads;
        this.capacity = capacity;
        threads.often(this::attend);
    }

    /** Delivers a change. The stage fails if the change is not delivered yet. */
    CompletionStage<@Nullable Void> deliver(String reservation, Runnable change) {
        return deliver(reservation, change, capacity);
    }

    /**
     * As {@link #deliver(String, Runnable)}, for a change that is worth less than others: it is kept only while half of the room
     * is free. While Redis cannot be reached, each refused generation releases what it may have reserved, and the cost of one
     * that runs must still find room.
     */
    CompletionStage<@Nullable Void> deliverIfRoom(String reservation, Runnable change) {
        return deliver(reservation, change, capacity / 2);
    }

    private CompletionStage<@Nullable Void> deliver(String reservation, Runnable change, int room) {
        if (keepBehind(reservation, change)) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("Redis cannot be reached; the change is kept and delivered later"));
        }
        CompletableFuture<@Nullable Void> delivered = threads.<@Nullable Void>ask(() -> {
            change.run();
            return null;
        });
        return delivered.whenComplete((done, error) -> {
            if (error != null) {
                keep(reservation, change, error, room);
            }
        });
    }

    /** The reservations with kept changes. */
    Set<String> reservations() {
        lock.lock();
        try {
            return new LinkedHashSet<>(kept.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** How many changes were given up, because there was no room for them or because this was closed. */
    long givenUp() {
        return givenUp.get();
    }

    /** Tries to deliver the kept changes once more, before the threads are closed. */
    void deliverBeforeClose() {
        try {
            Round last = new Round();
            lock.lock();
            try {
                round = last;
            } finally {
                lock.unlock();
            }
            threads.run(() -> deliverKept(last));
        } catch (Throwable t) {
            failed(t);
        }
    }

    /** Gives up the kept changes, after the threads were closed. */
    void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                givenUp.addAndGet(size);
            }
        } finally {
            lock.unlock();
        }
        long more = newlyGivenUp();
        if (more > 0) {
            logGivenUp(more);
        }
    }

    /** Starts a round if one is due, and logs losses and recoveries. On the timer's thread. */
    private void attend() {
        Round due = null;
        int waiting;
        Throwable failure;
        lock.lock();
        try {
            waiting = size;
            failure = lastFailure;
            if (size > 0 && (round == null || round.hangs())) {
                due = new Round();
                round = due;
            }
        } finally {
            lock.unlock();
        }
        if (due != null) {
            start(due);
        }
        report(waiting, failure);
    }

    private void start(Round due) {
        try {
            threads.run(() -> deliverKept(due));
        } catch (Throwable t) {
            failed(t);
            end(due);
        }
    }

    private void report(int waiting, @Nullable Throwable failure) {
        if (waiting > 0 && !lossLogged) {
            lossLogged = true;
            threads.aside(() -> log(
                    Level.WARNING,
                    () -> "changes of reservations that could not be delivered to Redis, and are kept: " + waiting
                            + ". They are tried again every " + ScriptThreads.OFTEN.toSeconds()
                            + " s until they get through. The last failure was " + failure));
        } else if (waiting == 0 && lossLogged) {
            lossLogged = false;
            threads.aside(() ->
                    log(Level.INFO, () -> "all changes of reservations that were kept have been delivered to Redis"));
        }
        long more = newlyGivenUp();
        if (more > 0) {
            threads.aside(() -> logGivenUp(more));
        }
    }

    private long newlyGivenUp() {
        long all = givenUp.get();
        return all - givenUpAndLogged.getAndSet(all);
    }

    /** Delivers the kept changes, until one cannot be delivered. Blocks. */
    private void deliverKept(Round current) {
        try {
            for (String reservation : reservations()) {
                if (!deliverKept(current, reservation)) {
                    return;
                }
            }
        } finally {
            end(current);
        }
    }

    /** Delivers the kept changes of a reservation. Returns whether the round may go on to the next one. */
    private boolean deliverKept(Round current, String reservation) {
        try {
            for (Runnable change = first(reservation); change != null; change = first(reservation)) {
                current.goesOn();
                change.run();
                remove(reservation, change);
                if (isReplaced(current)) {
                    return false;
                }
            }
            return true;
        } catch (JedisDataException e) {
            // Redis is alive but refuses, perhaps only this change: those of the next reservation may get through.
            failed(e);
            return true;
        } catch (Throwable t) {
            failed(t);
            putLast(reservation);
            return false;
        }
    }

    private boolean keepBehind(String reservation, Runnable change) {
        lock.lock();
        try {
            boolean behind = kept.containsKey(reservation);
            if (behind) {
                add(reservation, change, capacity);
            }
            return behind;
        } finally {
            lock.unlock();
        }
    }

    private void keep(String reservation, Runnable change, Throwable error, int room) {
        lock.lock();
        try {
            lastFailure = error;
            add(reservation, change, room);
        } catch (Throwable noMemory) {
            givenUp.incrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void add(String reservation, Runnable change, int room) {
        if (closed || size >= room) {
            givenUp.incrementAndGet();
            return;
        }
        Deque<Runnable> changes = kept.get(reservation);
        if (changes != null) {
            changes.add(change);
        } else {
            changes = new ArrayDeque<>(2);
            changes.add(change);
            kept.put(reservation, changes);
        }
        size++;
    }

    private @Nullable Runnable first(String reservation) {
        lock.lock();
        try {
            Deque<Runnable> changes = kept.get(reservation);
            return changes == null ? null : changes.peek();
        } finally {
            lock.unlock();
        }
    }

    /** Removes a delivered change, unless another round has delivered it as well and removed it. */
    private void remove(String reservation, Runnable delivered) {
        lock.lock();
        try {
            Deque<Runnable> changes = kept.get(reservation);
            if (changes != null && changes.peek() == delivered) {
                changes.poll();
                size--;
                if (changes.isEmpty()) {
                    kept.remove(reservation);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Moves a reservation to the end: if it fails for a reason of its own, it must not block the others for good. */
    private void putLast(String reservation) {
        lock.lock();
        try {
            Deque<Runnable> changes = kept.remove(reservation);
            if (changes != null) {
                kept.put(reservation, changes);
            }
        } finally {
            lock.unlock();
        }
    }

    private void failed(Throwable error) {
        lock.lock();
        try {
            lastFailure = error;
        } finally {
            lock.unlock();
        }
    }

    private boolean isReplaced(Round current) {
        lock.lock();
        try {
            return round != current;
        } finally {
            lock.unlock();
        }
    }

    private void end(Round ended) {
        lock.lock();
        try {
            if (round == ended) {
                round = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private static void logGivenUp(long changes) {
        log(
                Level.WARNING,
                () -> "changes of reservations that were given up, and will not reach Redis: " + changes
                        + ". There was no room to keep them, or the store was closed. Their reservations become"
                        + " unsettled when the lease ends; those that were made without Redis do not count at all");
    }

    private static void log(Level level, Supplier<String> message) {
        try {
            LOGGER.log(level, message);
        } catch (Throwable t) {
            // A log handler of the application threw; there is nowhere to report it.
        }
    }

    /** One attempt to deliver all kept changes. */
    private final class Round {

        private volatile boolean begun;
        private volatile long changedAt;

        private void goesOn() {
            changedAt = System.nanoTime();
            begun = true;
        }

        /** Whether this round hangs. A round that still waits for a worker does not: it begins as soon as one is free. */
        private boolean hangs() {
            return begun && threads.hangs(changedAt);
        }
    }
}
