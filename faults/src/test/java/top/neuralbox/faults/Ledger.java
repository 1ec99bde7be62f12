package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;

/** Keeps what a client tells its listener, over all generations of a row. */
final class Ledger implements GenerationListener {

    private final AtomicInteger started = new AtomicInteger();
    private final AtomicLong received = new AtomicLong();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final List<GenerationOutcome> outcomes = new CopyOnWriteArrayList<>();

    @Override
    public Recording started(GenerationInfo info) {
        started.incrementAndGet();
        return new Recording() {

            private final AtomicInteger ended = new AtomicInteger();

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
                assertThat(ended.incrementAndGet()).isEqualTo(1);
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

    void assertEachGenerationEndedOnce() {
        assertThat(outcomes).as("outcomes").hasSize(started.get());
    }
}
