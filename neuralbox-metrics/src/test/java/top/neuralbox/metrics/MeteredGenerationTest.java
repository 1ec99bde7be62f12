package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationListener.Recording;

/** When one recording writes what to its meters, on a clock that the test moves. */
class MeteredGenerationTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Captured completed = Captured.completed();
    private long now = TimeUnit.HOURS.toNanos(1);

    @Test
    void timeToFirstDeltaEndsAtTheArrivalOfTheDelta() {
        Recording recording = started(false);
        long arrival = now + TimeUnit.MILLISECONDS.toNanos(300);
        now += TimeUnit.SECONDS.toNanos(5);
        recording.delta(4, 20, arrival);
        recording.delta(4, 20, arrival + 1);
        assertThat(timer(GenerationMeter.TIME_TO_FIRST_DELTA).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.TIME_TO_FIRST_DELTA).totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(300);
    }

    @Test
    void timeToHeadersIsThatOfTheHeadWhichStreams() {
        Recording recording = started(false);
        after(Duration.ofMillis(100));
        recording.head(429);
        after(Duration.ofMillis(400));
        recording.head(200);
        assertThat(timer(GenerationMeter.TIME_TO_HEADERS).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.TIME_TO_HEADERS).totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(500);
    }

    @Test
    void durationIsThatFromTheCallToItsEnd() {
        Recording recording = started(false);
        after(Duration.ofMillis(1_200));
        recording.ended(completed.outcome());
        Timer completedOnes = registry.get(GenerationMeter.DURATION.meterName())
                .tag("outcome", "completed")
                .timer();
        assertThat(completedOnes.count()).isEqualTo(1);
        assertThat(completedOnes.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(1_200);
    }

    @Test
    void deltasReachTheCountersOnceASecondWhileTheStreamRuns() {
        Recording recording = started(false);
        recording.received(60);
        deltaAfter(recording, Duration.ofMillis(999));
        assertThat(counter(GenerationMeter.DELTAS)).isZero();
        recording.received(60);
        deltaAfter(recording, Duration.ofMillis(1));
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(2);
        assertThat(counter(GenerationMeter.CONTENT)).isEqualTo(8);
        assertThat(counter(GenerationMeter.RECEIVED)).isEqualTo(120);
        deltaAfter(recording, Duration.ofMillis(999));
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(2);
    }

    @Test
    void theEndFlushesWhatIsLeft() {
        Recording recording = started(false);
        recording.received(60);
        deltaAfter(recording, Duration.ofMillis(5));
        recording.ended(completed.outcome());
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(1);
        assertThat(counter(GenerationMeter.CONTENT)).isEqualTo(4);
        assertThat(counter(GenerationMeter.RECEIVED)).isEqualTo(60);
    }

    @Test
    void theLongestGapIsRecordedOnceAtTheEnd() {
        Recording recording = started(false);
        deltaAfter(recording, Duration.ofSeconds(9));
        deltaAfter(recording, Duration.ofMillis(20));
        deltaAfter(recording, Duration.ofMillis(700));
        deltaAfter(recording, Duration.ofMillis(30));
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).count()).isZero();
        recording.ended(completed.outcome());
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(700);
    }

    @Test
    void oneDeltaHasNoGap() {
        Recording recording = started(true);
        deltaAfter(recording, Duration.ofSeconds(9));
        recording.ended(completed.outcome());
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).count()).isZero();
        assertThat(timer(GenerationMeter.DELTA_GAP).count()).isZero();
    }

    @Test
    void everyGapIsRecordedWhenAskedFor() {
        Recording recording = started(true);
        for (int i = 0; i < 1_000; i++) {
            deltaAfter(recording, Duration.ofNanos(1_000));
        }
        recording.ended(completed.outcome());
        assertThat(timer(GenerationMeter.DELTA_GAP).count()).isEqualTo(999);
        assertThat(timer(GenerationMeter.DELTA_GAP).totalTime(TimeUnit.NANOSECONDS))
                .isEqualTo(999_000);
    }

    @Test
    void gapsAreNotRegisteredUnlessAskedFor() {
        started(false);
        assertThat(registry.find(GenerationMeter.DELTA_GAP.meterName()).meter()).isNull();
    }

    @Test
    void anActiveGenerationIsSeenWithItsAgeUntilItEnds() {
        Recording recording = started(false);
        var active = registry.get(GenerationMeter.ACTIVE.meterName()).longTaskTimer();
        assertThat(active.activeTasks()).isEqualTo(1);
        recording.ended(completed.outcome());
        assertThat(active.activeTasks()).isZero();
    }

    private Recording started(boolean gaps) {
        return NeuralBoxMetrics.builder(registry)
                .deltaGaps(gaps)
                .clock(() -> now)
                .build()
                .started(completed.info());
    }

    private void deltaAfter(Recording recording, Duration time) {
        after(time);
        recording.delta(4, 20, now);
    }

    private void after(Duration time) {
        now += time.toNanos();
    }

    private Timer timer(GenerationMeter meter) {
        return registry.get(meter.meterName()).timer();
    }

    private double counter(GenerationMeter meter) {
        return registry.get(meter.meterName()).counter().count();
    }
}
