package top.neuralbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The three times of a relay. The keep-alive timer is armed once and looks, when it runs out, how long ago the last write
 * was: a write costs one reading of the clock, not a timer.
 */
final class RelayClock {

    /** Shared by all relays of the process, which have no client to ask for one. */
    static final Delayer PROCESS = TimerThread.unowned("relay");

    private static final Delayer.Cancellable NOTHING = () -> {};

    private final Delayer delayer;
    private final long keepAliveNanos;
    private final long headNanos;
    private final Duration patience;

    /** Written by whoever has the relay's turn; read by timers only through {@link #silent}, in turn as well. */
    private long lastWrite;

    private volatile Delayer.Cancellable headTimer = NOTHING;
    private volatile Delayer.Cancellable keepAliveTimer = NOTHING;
    private volatile Delayer.Cancellable patienceTimer = NOTHING;

    /** When the reader asked last. */
    private volatile long lastDemand;

    private volatile boolean stopped;

    RelayClock(Delayer delayer, Duration keepAlive, @Nullable Duration headWithin, Duration patience) {
        this.delayer = delayer;
        this.keepAliveNanos = nanos(keepAlive);
        this.headNanos = headWithin == null ? 0 : nanos(headWithin);
        this.patience = patience;
        this.lastDemand = delayer.nanoTime();
    }

    /** Runs the task when the head has to be settled at the latest, if there is such a time. */
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
        lastWrite = delayer.nanoTime();
    }

    /** Whether nothing was written for so long that a comment is due. */
    boolean silent() {
        return delayer.nanoTime() - lastWrite >= keepAliveNanos;
    }

    /** Runs the task at the earliest time at which a comment can be due. */
    void armKeepAlive(Runnable task) {
        long passed = delayer.nanoTime() - lastWrite;
        long left = passed < keepAliveNanos ? keepAliveNanos - passed : keepAliveNanos;
        keepAliveTimer = delayer.after(left, task);
        disarmIfStopped();
    }

    /** The reader asked for more. From any thread. */
    void wanted() {
        lastDemand = delayer.nanoTime();
    }

    /** How long the patience with a reader that asks for nothing lasts from now on; zero or less if it is over. */
    long patienceLeft() {
        long now = delayer.nanoTime();
        return nanos(patience) - Math.min(now - lastWrite, now - lastDemand);
    }

    Duration patience() {
        return patience;
    }

    long patienceNanos() {
        return nanos(patience);
    }

    /** Runs the task after so long, when it is time to look at the reader. */
    void armPatience(long nanos, Runnable task) {
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
