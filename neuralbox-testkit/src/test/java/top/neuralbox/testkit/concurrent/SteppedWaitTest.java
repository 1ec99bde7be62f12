package top.neuralbox.testkit.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SteppedWaitTest {

    @Test
    void whatIsThereIsNotWaitedFor() throws InterruptedException {
        assertThat(SteppedWait.await(Duration.ZERO, nanos -> true)).isTrue();
    }

    @Test
    void whatComesLaterIsFound() throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();

        assertThat(SteppedWait.await(Duration.ofHours(1), nanos -> looks.incrementAndGet() == 3))
                .isTrue();
    }

    @Test
    void whatNeverComesIsGivenUp() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);

        assertThat(SteppedWait.await(Duration.ofMillis(30), nanos -> never.await(nanos, TimeUnit.NANOSECONDS)))
                .isFalse();
    }

    @Test
    void machineThatStandsStillUsesUpOneStepAtATime() throws InterruptedException {
        AtomicInteger steps = new AtomicInteger();

        boolean came = SteppedWait.await(Duration.ofMillis(30), nanos -> {
            standStill(10 * nanos);
            return steps.incrementAndGet() == 3;
        });

        assertThat(came).isTrue();
    }

    private static void standStill(long nanos) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < nanos) {
            Thread.onSpinWait();
        }
    }
}
