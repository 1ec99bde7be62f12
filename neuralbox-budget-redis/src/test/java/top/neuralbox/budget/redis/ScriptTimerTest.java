package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the timer when an {@code Error} ends its thread, and no other can be made. */
class ScriptTimerTest {

    private static final int PATIENCE_SECONDS = 20;

    private final CountDownLatch refused = new CountDownLatch(1);
    private final ScriptTimer timer = ScriptTimer.create(Thread::new, this::failing);
    private volatile boolean exhausted;

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void threadThatAnErrorEndsSeesToItsSuccessor() throws Exception {
        Thread first = timer.submit(Thread::currentThread).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        CountDownLatch ran = new CountDownLatch(1);
        exhausted = true;
        timer.getQueue().add(new Deadly());
        assertThat(refused.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        timer.getQueue().add(new Later(ran::countDown));

        exhausted = false;

        assertThat(ran.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        first.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        assertThat(first.isAlive()).isFalse();
    }

    private ThreadFactory failing(ThreadFactory threads) {
        return task -> {
            if (exhausted) {
                refused.countDown();
                throw new OutOfMemoryError("unable to create native thread");
            }
            return threads.newThread(task);
        };
    }

    /** A task that is due; added to the queue, it makes no thread as one that is scheduled does. */
    private static class Later extends FutureTask<Void> implements RunnableScheduledFuture<Void> {

        Later(Runnable task) {
            super(task, null);
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }

    /** What it throws comes out of the pool's own code, as a lack of memory there would. */
    private static final class Deadly extends Later {

        Deadly() {
            super(() -> {});
        }

        @Override
        public void run() {
            throw new OutOfMemoryError("of a test");
        }
    }
}
