package top.neuralbox.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.concurrent.SteppedWait;

/**
 * Records the signals of a publisher, and lets a test wait for them. It requests nothing by itself, unless it is
 * {@link #unbounded()}. If a publisher breaks the Reactive Streams rules (signals at the same time, a second terminal signal,
 * an item after the end or beyond the demand), the next method that waits fails. Thread-safe.
 *
 * @param <T> the type of the items
 * @since 0.1.0
 */
public final class RecordingSubscriber<T> implements Flow.Subscriber<T> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger inside = new AtomicInteger();
    private final List<T> items = new ArrayList<>();
    private final long initialDemand;

    private Consumer<? super T> onItem = item -> {};
    private Flow.@Nullable Subscription subscription;
    private long demand;
    private boolean completed;
    private @Nullable Throwable error;
    private @Nullable String violation;

    private RecordingSubscriber(long initialDemand) {
        this.initialDemand = initialDemand;
    }

    /** A subscriber that requests nothing until {@link #request(long)}. */
    public static <T> RecordingSubscriber<T> withoutDemand() {
        return new RecordingSubscriber<>(0);
    }

    /** A subscriber that requests everything at once. */
    public static <T> RecordingSubscriber<T> unbounded() {
        return new RecordingSubscriber<>(Long.MAX_VALUE);
    }

    /**
     * Sets an action for each item. It runs after the item is recorded, on the publisher's thread. Its exceptions reach the
     * publisher. Call this before subscribing.
     */
    public RecordingSubscriber<T> onItem(Consumer<? super T> onItem) {
        lock.lock();
        try {
            this.onItem = onItem;
        } finally {
            lock.unlock();
        }
        return this;
    }

    /** Requests this many more items; zero and negative counts are passed on too. Waits for the subscription first. */
    public void request(long count) {
        Flow.Subscription current = awaitSubscription();
        lock.lock();
        try {
            demand = count <= 0 ? demand : add(demand, count);
        } finally {
            lock.unlock();
        }
        current.request(count);
    }

    /** Waits for the subscription and cancels it. */
    public void cancel() {
        awaitSubscription().cancel();
    }

    /**
     * Waits for the subscription and returns it.
     *
     * @throws AssertionError if there is none within ten seconds
     */
    public Flow.Subscription awaitSubscription() {
        await("a subscription", () -> subscription != null);
        return java.util.Objects.requireNonNull(subscription);
    }

    /**
     * Waits until at least this many items have arrived, and returns all items so far.
     *
     * @throws AssertionError if they do not arrive within ten seconds, or if the publisher ends before
     */
    public List<T> awaitItems(int count) {
        await(count + " items", () -> items.size() >= count || isTerminated());
        List<T> snapshot = items();
        if (snapshot.size() < count) {
            throw failure("ended after " + snapshot.size() + " items instead of " + count);
        }
        return snapshot;
    }

    /**
     * Waits for the completion and returns all items.
     *
     * @throws AssertionError if it does not come within ten seconds, or an error comes
     */
    public List<T> awaitCompletion() {
        await("the end", this::isTerminated);
        if (error != null) {
            throw failure("failed instead of completing");
        }
        return items();
    }

    /**
     * Waits for the error and returns it.
     *
     * @throws AssertionError if it does not come within ten seconds, or the publisher completes
     */
    public Throwable awaitError() {
        await("an error", this::isTerminated);
        Throwable failure = error;
        if (failure == null) {
            throw failure("completed instead of failing");
        }
        return failure;
    }

    /** All items so far. A snapshot. */
    public List<T> items() {
        lock.lock();
        try {
            return List.copyOf(items);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the publisher has completed or failed. */
    public boolean isTerminated() {
        lock.lock();
        try {
            return completed || error != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        signal(() -> {
            refuseIf(this.subscription != null, "a second subscription");
            this.subscription = subscription;
            demand = initialDemand;
        });
        if (initialDemand > 0) {
            subscription.request(initialDemand);
        }
    }

    @Override
    public void onNext(T item) {
        if (inside.getAndIncrement() != 0) {
            signal(() -> refuseIf(true, "two signals at the same time"));
        }
        try {
            signal(() -> {
                refuseIf(completed || error != null, "an item after the end");
                refuseIf(demand == 0, "an item beyond the demand");
                demand = demand == Long.MAX_VALUE ? demand : demand - 1;
                items.add(item);
            });
            onItem.accept(item);
        } finally {
            inside.getAndDecrement();
        }
    }

    @Override
    public void onError(Throwable throwable) {
        signal(() -> {
            refuseIf(inside.get() != 0, "an error while an item is being taken");
            refuseIf(completed || error != null, "a second terminal signal");
            error = throwable;
        });
    }

    @Override
    public void onComplete() {
        signal(() -> {
            refuseIf(inside.get() != 0, "completion while an item is being taken");
            refuseIf(completed || error != null, "a second terminal signal");
            completed = true;
        });
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void refuseIf(boolean broken, String what) {
        if (broken && violation == null) {
            violation = what;
        }
    }

    private void await(String what, BooleanSupplier condition) {
        lock.lock();
        try {
            if (!SteppedWait.await(PATIENCE, () -> violation != null || condition.getAsBoolean(), changed)) {
                throw failure(what + " did not come within " + PATIENCE + "; items so far: " + items.size());
            }
            if (violation != null) {
                throw failure("the publisher broke a rule: " + violation);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("interrupted while waiting for " + what);
        } finally {
            lock.unlock();
        }
    }

    private AssertionError failure(String message) {
        return new AssertionError(message, error);
    }

    private static long add(long demand, long count) {
        long sum = demand + count;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
