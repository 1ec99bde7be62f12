package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.Delayer;

/** A timer that fires while another thread notes a signal. */
class StreamTimersTest {

    private final Clock clock = new Clock();
    private final List<GenerationTimeoutException.Timer> fired = new ArrayList<>();

    @Test
    void endlessLimitNeverRunsOutAlthoughASignalIsLaterThanTheTimersClock() {
        Timeouts timeouts = Timeouts.builder()
                .idle(ChronoUnit.FOREVER.getDuration())
                .firstEvent(Duration.ofSeconds(1))
                .build();
        StreamTimers timers = new StreamTimers(clock, timeouts, (timer, limit) -> fired.add(timer));
        timers.waiting();
        timers.streaming();
        timers.resting();
        clock.now += Duration.ofMillis(900).toNanos();
        clock.afterNextReading = () -> {
            clock.now += 1_000;
            timers.waiting();
        };

        clock.fireLast();

        assertThat(fired).isEmpty();
    }

    /** A clock on which another thread acts right after it was read. */
    private static final class Clock implements Delayer {

        private final List<Runnable> tasks = new ArrayList<>();
        private long now;
        private Runnable afterNextReading = () -> {};

        void fireLast() {
            tasks.get(tasks.size() - 1).run();
        }

        @Override
        public long nanoTime() {
            long read = now;
            Runnable other = afterNextReading;
            afterNextReading = () -> {};
            other.run();
            return read;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Cancellable after(long nanos, Runnable task) {
            tasks.add(task);
            return () -> {};
        }
    }
}
