package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationListener.Observer;

/** When one observer writes what to its meters, on a clock that the test moves. */
class MeteredGenerationTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Captured completed = Captured.completed();
    private long now = TimeUnit.HOURS.toNanos(1);

    @Test
    void timeToFirstDeltaEndsAtTheArrivalOfTheDelta() {
        Observer observer = started(false);
        long arrival = now + TimeUnit.MILLISECONDS.toNanos(300);
        now += TimeUnit.SECONDS.toNanos(5);
        observer.delta(4, 20, arrival);
        observer.delta(4, 20, arrival + 1);
        assertThat(timer(GenerationMeter.TIME_TO_FIRST_DELTA).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.TIME_TO_FIRST_DELTA).totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(300);
    }

    @Test
    void timeToHeadersIsThatOfTheHeadWhichStreams() {
        Observer observer = started(false);
        after(Duration.ofMillis(100));
        observer.head(429);
        after(Duration.ofMillis(400));
        observer.head(200);
        assertThat(timer(GenerationMeter.TIME_TO_HEADERS).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.TIME_TO_HEADERS).totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(500);
    }

    @Test
    void durationIsThatFromTheCallToItsEnd() {
        Observer observer = started(false);
        after(Duration.ofMillis(1_200));
        observer.ended(completed.outcome());
        Timer completedOnes = registry.get(GenerationMeter.DURATION.meterName())
                .tag("outcome", "completed")
                .timer();
        assertThat(completedOnes.count()).isEqualTo(1);
        assertThat(completedOnes.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(1_200);
    }

    @Test
    void deltasReachTheCountersOnceASecondWhileTheStreamRuns() {
        Observer observer = started(false);
        observer.received(60);
        deltaAfter(observer, Duration.ofMillis(999));
        assertThat(counter(GenerationMeter.DELTAS)).isZero();
        observer.received(60);
        deltaAfter(observer, Duration.ofMillis(1));
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(2);
        assertThat(counter(GenerationMeter.CONTENT)).isEqualTo(8);
        assertThat(counter(GenerationMeter.RECEIVED)).isEqualTo(120);
        deltaAfter(observer, Duration.ofMillis(999));
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(2);
    }

    @Test
    void theEndFlushesWhatIsLeft() {
        Observer observer = started(false);
        observer.received(60);
        deltaAfter(observer, Duration.ofMillis(5));
        observer.ended(completed.outcome());
        assertThat(counter(GenerationMeter.DELTAS)).isEqualTo(1);
        assertThat(counter(GenerationMeter.CONTENT)).isEqualTo(4);
        assertThat(counter(GenerationMeter.RECEIVED)).isEqualTo(60);
    }

    @Test
    void theLongestGapIsRecordedOnceAtTheEnd() {
        Observer observer = started(false);
        deltaAfter(observer, Duration.ofSeconds(9));
        deltaAfter(observer, Duration.ofMillis(20));
        deltaAfter(observer, Duration.ofMillis(700));
        deltaAfter(observer, Duration.ofMillis(30));
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).count()).isZero();
        observer.ended(completed.outcome());
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(700);
    }

    @Test
    void oneDeltaHasNoGap() {
        Observer observer = started(true);
        deltaAfter(observer, Duration.ofSeconds(9));
        observer.ended(completed.outcome());
        assertThat(timer(GenerationMeter.LONGEST_DELTA_GAP).count()).isZero();
        assertThat(timer(GenerationMeter.DELTA_GAP).count()).isZero();
    }

    @Test
    void everyGapIsRecordedWhenAskedFor() {
        Observer observer = started(true);
        for (int i = 0; i < 1_000; i++) {
            deltaAfter(observer, Duration.ofNanos(1_000));
        }
        observer.ended(completed.outcome());
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
        Observer observer = started(false);
        var active = registry.get(GenerationMeter.ACTIVE.meterName()).longTaskTimer();
        assertThat(active.activeTasks()).isEqualTo(1);
        observer.ended(completed.outcome());
        assertThat(active.activeTasks()).isZero();
    }

    @Test
    void aGenerationThatWaitsForItsAdmissionIsSeenUntilItIsAdmitted() {
        Observer observer = started(false);
        var queued = registry.get(GenerationMeter.QUEUED.meterName()).longTaskTimer();
        observer.queued();
        assertThat(queued.activeTasks()).isEqualTo(1);
        after(Duration.ofSeconds(2));
        observer.admitted(Duration.ofSeconds(2));
        assertThat(queued.activeTasks()).isZero();
        after(Duration.ofSeconds(3));
        observer.ended(completed.outcome());
        assertThat(timer(GenerationMeter.TIME_QUEUED).count()).isEqualTo(1);
        assertThat(timer(GenerationMeter.TIME_QUEUED).totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
    }

    @Test
    void aGenerationThatLeavesTheQueueWithoutAdmissionCountsWithItsWait() {
        Observer observer = started(false);
        observer.queued();
        after(Duration.ofSeconds(5));
        observer.ended(completed.outcome());
        assertThat(registry.get(GenerationMeter.QUEUED.meterName())
                        .longTaskTimer()
                        .activeTasks())
                .isZero();
        assertThat(timer(GenerationMeter.TIME_QUEUED).totalTime(TimeUnit.SECONDS))
                .isEqualTo(5);
    }

    @Test
    void aGenerationThatHadASlotAtOnceCountsAsNoWait() {
        started(false).ended(completed.outcome());
        assertThat(timer(GenerationMeter.TIME_QUEUED).count()).isZero();
    }

    private Observer started(boolean gaps) {
        return NeuralBoxMetrics.builder(registry)
                .deltaGaps(gaps)
                .clock(() -> now)
                .build()
                .started(completed.info());
    }

    private void deltaAfter(Observer observer, Duration time) {
        after(time);
        observer.delta(4, 20, now);
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
