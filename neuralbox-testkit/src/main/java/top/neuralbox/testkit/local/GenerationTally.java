package top.neuralbox.testkit.local;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.concurrent.SteppedWait;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** Counts the outcome of each generation, once. Thread-safe. */
final class GenerationTally {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private long openStreams;
    private long deltas;

    /** One stream, from the moment its generation was accepted. Only the thread that serves it uses it. */
    final class Entry implements AutoCloseable {

        private final Consumer<Outcome> ended;
        private @Nullable Outcome outcome;

        private Entry(Consumer<Outcome> ended) {
            this.ended = ended;
        }

        /** Reports the first outcome, at once. Later ones are ignored. */
        void settle(Outcome outcome) {
            if (this.outcome == null) {
                this.outcome = outcome;
                ended.accept(outcome);
            }
        }

        void deltaSent() {
            lock.lock();
            try {
                deltas++;
            } finally {
                lock.unlock();
            }
        }

        /** Ends the response. A generation without an outcome has failed. */
        @Override
        public void close() {
            settle(Outcome.FAILED);
            addOpenStreams(-1);
        }
    }

    /**
     * Begins a stream.
     *
     * @param ended counts the outcome of its generation, with {@link #ended}; called once
     */
    Entry begin(Consumer<Outcome> ended) {
        addOpenStreams(1);
        return new Entry(ended);
    }

    /** Counts an outcome. */
    void ended(Outcome outcome) {
        lock.lock();
        try {
            counts.merge(outcome, 1L, Long::sum);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long count(Outcome outcome) {
        lock.lock();
        try {
            return counts.getOrDefault(outcome, 0L);
        } finally {
            lock.unlock();
        }
    }

    long openStreams() {
        lock.lock();
        try {
            return openStreams;
        } finally {
            lock.unlock();
        }
    }

    long deltas() {
        lock.lock();
        try {
            return deltas;
        } finally {
            lock.unlock();
        }
    }

    void awaitCount(Outcome outcome, long expected, Duration patience) {
        await(
                () -> count(outcome) >= expected,
                patience,
                () -> count(outcome) + " of " + expected + " generations ended as " + outcome);
    }

    void awaitOpenStreams(long expected, Duration patience) {
        await(
                () -> openStreams() == expected,
                patience,
                () -> openStreams() + " streams are open instead of " + expected);
    }

    private void addOpenStreams(int change) {
        lock.lock();
        try {
            openStreams += change;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier reached, Duration patience, Supplier<String> state) {
        lock.lock();
        try {
            if (!SteppedWait.await(patience, reached, changed)) {
                throw new AssertionError("not reached within " + patience + ": " + state.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", e);
        } finally {
            lock.unlock();
        }
    }
}
