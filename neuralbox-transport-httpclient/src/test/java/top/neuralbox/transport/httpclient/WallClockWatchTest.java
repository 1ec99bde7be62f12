package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WallClockWatchTest {

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private long wallMillis = 1_000_000_000_000L;
    private long nanos = Long.MAX_VALUE / 2;
    private final WallClockWatch watch = new WallClockWatch(() -> wallMillis, () -> nanos);

    @Test
    void clockThatRunsHasNotJumped() {
        pass(INTERVAL);

        assertThat(watch.hasJumped()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-604_800_000, -10_001, 10_001, 604_800_000})
    void jumpIsReportedOnce(long millis) {
        pass(INTERVAL);
        wallMillis += millis;

        assertThat(watch.hasJumped()).isTrue();
        pass(INTERVAL);
        assertThat(watch.hasJumped()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {-10_000, -1, 1, 10_000})
    void correctionIsNoJump(long millis) {
        pass(INTERVAL);
        wallMillis += millis;

        assertThat(watch.hasJumped()).isFalse();
    }

    private void pass(Duration time) {
        wallMillis += time.toMillis();
        nanos += time.toNanos();
    }
}
