package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;

/** Records the notifications of a client to its listener, over all generations of a row. */
final class Ledger implements GenerationListener {

    /** For each generation, how often it was said to have ended. */
    private final List<AtomicInteger> ends = new CopyOnWriteArrayList<>();

    private final AtomicLong received = new AtomicLong();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final List<GenerationOutcome> outcomes = new CopyOnWriteArrayList<>();

    @Override
    public Observer started(GenerationInfo info) {
        AtomicInteger ended = new AtomicInteger();
        ends.add(ended);
        return new Observer() {

            @Override
            public void received(int bytes) {
                received.addAndGet(bytes);
            }

            @Override
            public void retry(int attempt, NeuralBoxException reason, Duration wait) {
                waits.add(wait);
            }

            @Override
            public void ended(GenerationOutcome outcome) {
                outcomes.add(outcome);
                ended.incrementAndGet();
            }
        };
    }

    /** The waits before each further attempt, in order. */
    List<Duration> waits() {
        return waits;
    }

    long received() {
        return received.get();
    }

    List<GenerationOutcome> outcomes() {
        return outcomes;
    }

    /** An end that a cancel raises is told on a thread of its own, and may be on its way. */
    void assertEachGenerationEndedOnce() {
        FaultClock.await("the end of each generation", () -> ends.stream().allMatch(count -> count.get() > 0));
        assertThat(ends).as("ends of each generation").allMatch(count -> count.get() == 1);
    }
}
