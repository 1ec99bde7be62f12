package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import top.neuralbox.GenerationTimeoutException.Timer;

/**
 * The timers of one call, save {@code connect}, which the transport owns. One timer at a time is armed beside {@code
 * total}; chunks and events only note the time, and a timer that goes off looks at the notes.
 */
final class StreamTimers {

    /** Hears of the timer that ran out. */
    interface Target {
        void timedOut(Timer timer, Duration limit);
    }

    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);
    private static final Delayer.Cancellable NONE = () -> {};
    private static final Delayer.Cancellable STOPPED = () -> {};

    private final Delayer delayer;
    private final Timeouts timeouts;
    private final Target target;
    private final AtomicReference<Delayer.Cancellable> armed = new AtomicReference<>(NONE);
    private Delayer.Cancellable total = NONE;
    private long startedAt;

    /**
     * The notes. They are set for every chunk and read by a timer once in seconds, so they are set with release order: it
     * costs nothing, where a volatile write would hold the processor up six times a chunk.
     */
    private final AtomicBoolean waiting = new AtomicBoolean();

    private final AtomicBoolean unread = new AtomicBoolean();
    private final AtomicLong waitingSince = new AtomicLong();
    private final AtomicLong lastBytes = new AtomicLong();
    private final AtomicLong lastEvent = new AtomicLong();
    private volatile boolean anyEvent;

    StreamTimers(Delayer delayer, Timeouts timeouts, Target target) {
        this.delayer = delayer;
        this.timeouts = timeouts;
        this.target = target;
    }

    /** The call begins: {@code total} runs from here, through every attempt and every wait. */
    void started() {
        startedAt = delayer.nanoTime();
        if (!timeouts.total().isZero()) {
            total = delayer.after(nanos(timeouts.total()), () -> target.timedOut(Timer.TOTAL, timeouts.total()));
        }
    }

    /** Whether {@code total} allows to wait so long and still do something. */
    boolean allows(Duration wait) {
        if (timeouts.total().isZero()) {
            return true;
        }
        long left = nanos(timeouts.total()) - (delayer.nanoTime() - startedAt);
        return wait.compareTo(Duration.ofNanos(left)) < 0;
    }

    /** An attempt is written: {@code responseHead} runs from here. */
    void sent() {
        if (!timeouts.responseHead().isZero()) {
            arm(nanos(timeouts.responseHead()), () -> target.timedOut(Timer.RESPONSE_HEAD, timeouts.responseHead()));
        }
    }

    /** The attempt has its response head, or failed without one. */
    void headSettled() {
        arm(NONE);
    }

    /** A stream begins: {@code firstEvent}, {@code idle} and {@code eventIdle} take turns from here. */
    void streaming() {
        long now = delayer.nanoTime();
        lastBytes.setRelease(now);
        lastEvent.setRelease(now);
        tick();
    }

    /** Bytes arrived at that time, and were read at once. */
    void bytesRead(long now) {
        lastBytes.setRelease(now);
    }

    /** Bytes arrived at that time, and wait to be read. */
    void bytesArrived(long now) {
        lastBytes.setRelease(now);
        unread.setRelease(true);
    }

    /** An event was completed by bytes that arrived at that time. */
    void eventArrived(long now) {
        lastEvent.setRelease(now);
        if (!anyEvent) {
            anyEvent = true;
            // eventIdle takes over from firstEvent, and may be the shorter of the two.
            tick();
        }
    }

    /**
     * The reader has read all there is and waits for an event, now or still: what brought no event, a comment say, does
     * not make it wait anew.
     */
    void waiting() {
        unread.setRelease(false);
        if (!waiting.get()) {
            waitingSince.setRelease(delayer.nanoTime());
            waiting.setRelease(true);
        }
    }

    /** The reader was handed an event, or asks for none: the idle timers rest. */
    void resting() {
        if (waiting.get()) {
            waiting.setRelease(false);
        }
    }

    /** The call ended: no timer goes off any more. */
    void stop() {
        armed.getAndSet(STOPPED).cancel();
        total.cancel();
    }

    private void tick() {
        Timer eventTimer = anyEvent ? Timer.EVENT_IDLE : Timer.FIRST_EVENT;
        Duration eventLimit = anyEvent ? timeouts.eventIdle() : timeouts.firstEvent();
        long now = delayer.nanoTime();
        long bytesLeft = left(timeouts.idle(), lastBytes.get(), now);
        long eventLeft = left(eventLimit, lastEvent.get(), now);
        if (bytesLeft <= 0) {
            target.timedOut(Timer.IDLE, timeouts.idle());
        } else if (eventLeft <= 0) {
            target.timedOut(eventTimer, eventLimit);
        } else if (bytesLeft != Long.MAX_VALUE || eventLeft != Long.MAX_VALUE) {
            arm(Math.min(bytesLeft, eventLeft), this::tick);
        }
    }

    /** How many nanoseconds are left of a limit that runs from the later of a signal and the reader's last wait. */
    private long left(Duration limit, long signal, long now) {
        if (limit.isZero()) {
            return Long.MAX_VALUE;
        }
        if (!waiting.get() || unread.get()) {
            return nanos(limit);
        }
        long since = Math.max(waitingSince.get() - signal, 0) + signal;
        return nanos(limit) - (now - since);
    }

    /** A duration beyond what a clock of nanoseconds holds is as good as no end. */
    private static long nanos(Duration limit) {
        return limit.compareTo(FOREVER) < 0 ? limit.toNanos() : Long.MAX_VALUE;
    }

    private void arm(long nanos, Runnable task) {
        arm(delayer.after(nanos, task));
    }

    /** Puts a timer in the place of the one before. Of the two, the one that is not to run is called off. */
    private void arm(Delayer.Cancellable next) {
        Delayer.Cancellable before = armed.getAndUpdate(now -> now == STOPPED ? STOPPED : next);
        Delayer.Cancellable idle = before == STOPPED ? next : before;
        idle.cancel();
    }
}
