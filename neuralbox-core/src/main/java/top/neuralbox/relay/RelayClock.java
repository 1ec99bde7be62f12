package top.neuralbox.relay;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;

/**
 * The three timers of a relay. A write does not re-arm the keep-alive timer: when the timer fires, it checks how long ago the
 * last write was. So a write costs one reading of the clock.
 */
final class RelayClock {

    private static final Delayer.Cancellable NOTHING = () -> {};

    private final Delayer delayer;
    private final long keepAliveNanos;
    private final long headNanos;
    private final Duration patience;

    /** Written by the thread that has the relay's turn. A timer reads it while a reader blocks that thread. */
    private final AtomicLong lastWrite = new AtomicLong();

    private volatile Delayer.Cancellable headTimer = NOTHING;
    private volatile Delayer.Cancellable keepAliveTimer = NOTHING;
    private volatile Delayer.Cancellable patienceTimer = NOTHING;

    /** The time of the reader's last demand. */
    private volatile long lastDemand;

    private volatile boolean stopped;

    RelayClock(Delayer delayer, Duration keepAlive, @Nullable Duration headWithin, Duration patience) {
        this.delayer = delayer;
        this.keepAliveNanos = nanos(keepAlive);
        this.headNanos = headWithin == null ? 0 : nanos(headWithin);
        this.patience = patience;
        this.lastDemand = delayer.nanoTime();
    }

    /** Runs the task at the latest time for the head, if one is set. */
    void armHead(Runnable task) {
        if (headNanos != 0) {
            headTimer = delayer.after(headNanos, task);
            disarmIfStopped();
        }
    }

    void disarmHead() {
        headTimer.cancel();
    }

    void wrote() {
        lastWrite.lazySet(delayer.nanoTime());
    }

    /** Whether a keep-alive comment is due, because nothing was written for long enough. */
    boolean silent() {
        return delayer.nanoTime() - lastWrite.get() >= keepAliveNanos;
    }

    /** Runs the task at the earliest time when a comment can be due. */
    void armKeepAlive(Runnable task) {
        long passed = delayer.nanoTime() - lastWrite.get();
        long left = passed < keepAliveNanos ? keepAliveNanos - passed : keepAliveNanos;
        keepAliveTimer = delayer.after(left, task);
        disarmIfStopped();
    }

    /** The demand has grown. Called from any thread. */
    void wanted() {
        lastDemand = delayer.nanoTime();
    }

    /** How much longer the reader may take nothing, in nanoseconds; zero or less if its time is over. */
    long patienceLeft() {
        long now = delayer.nanoTime();
        return nanos(patience) - Math.min(now - lastWrite.get(), now - lastDemand);
    }

    Duration patience() {
        return patience;
    }

    long patienceNanos() {
        return nanos(patience);
    }

    /** Runs the task after this time, to check the reader. */
    void armPatience(long nanos, Runnable task) {
        patienceTimer.cancel();
        patienceTimer = delayer.after(nanos, task);
        disarmIfStopped();
    }

    void stop() {
        stopped = true;
        patienceTimer.cancel();
        headTimer.cancel();
        keepAliveTimer.cancel();
    }

    private void disarmIfStopped() {
        if (stopped) {
            stop();
        }
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException longerThanTheClockReaches) {
            return Long.MAX_VALUE / 2;
        }
    }
}
