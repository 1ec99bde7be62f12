package top.neuralbox.budget.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Delivers changes of reservations, and keeps those that could not be delivered until they can: for one reservation in the
 * order in which they were made. A change may be delivered twice. Thread-safe.
 */
final class Outbox {

    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    private final Courier courier;
    private final int capacity;
    private final Lock lock = new ReentrantLock();
    private final Map<String, Deque<Runnable>> kept = new LinkedHashMap<>();
    private boolean expected;

    /** @param capacity of how many reservations changes are kept */
    Outbox(Courier courier, int capacity) {
        this.courier = courier;
        this.capacity = capacity;
    }

    /** A stage that fails if the change is not made yet. */
    CompletionStage<@Nullable Void> deliver(String reservation, Runnable change) {
        if (keepBehind(reservation, change)) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("Redis is lost; what is to be changed is kept and delivered later"));
        }
        CompletableFuture<@Nullable Void> delivered = courier.<@Nullable Void>ask(() -> {
            change.run();
            return null;
        });
        return delivered.whenComplete((done, error) -> {
            if (error != null) {
                keep(reservation, change);
            }
        });
    }

    /** The reservations of which something is kept. */
    Set<String> reservations() {
        lock.lock();
        try {
            return new LinkedHashSet<>(kept.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** Delivers what is kept, until something cannot be. Blocks. */
    void deliverKept() {
        boolean reached = true;
        for (String reservation : reservations()) {
            reached = reached && deliverKept(reservation);
        }
        lock.lock();
        try {
            expected = false;
            expectDelivery();
        } finally {
            lock.unlock();
        }
    }

    /** Whether Redis could be reached. */
    private boolean deliverKept(String reservation) {
        try {
            for (Runnable change = first(reservation); change != null; change = first(reservation)) {
                change.run();
                removeFirst(reservation);
            }
            return true;
        } catch (JedisDataException e) {
            // Redis lives and refuses, perhaps this change alone: the next one may get through.
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private boolean keepBehind(String reservation, Runnable change) {
        lock.lock();
        try {
            Deque<Runnable> changes = kept.get(reservation);
            return changes != null && changes.add(change);
        } finally {
            lock.unlock();
        }
    }

    private void keep(String reservation, Runnable change) {
        lock.lock();
        try {
            if (kept.size() < capacity || kept.containsKey(reservation)) {
                kept.computeIfAbsent(reservation, key -> new ArrayDeque<>()).add(change);
                expectDelivery();
            }
        } finally {
            lock.unlock();
        }
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

    private void removeFirst(String reservation) {
        lock.lock();
        try {
            Deque<Runnable> changes = kept.get(reservation);
            if (changes != null) {
                changes.poll();
                if (changes.isEmpty()) {
                    kept.remove(reservation);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** One round at a time is expected. Under the lock. */
    private void expectDelivery() {
        if (!expected && !kept.isEmpty()) {
            expected = true;
            courier.later(this::deliverKept, AGAIN_AFTER);
        }
    }
}
