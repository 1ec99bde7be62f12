package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
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

    private static final AtomicLongFieldUpdater<StreamTimers> WAITING_SINCE =
            AtomicLongFieldUpdater.newUpdater(StreamTimers.class, "waitingSince");
    private static final AtomicLongFieldUpdater<StreamTimers> LAST_BYTES =
            AtomicLongFieldUpdater.newUpdater(StreamTimers.class, "lastBytes");
    private static final AtomicLongFieldUpdater<StreamTimers> LAST_EVENT =
            AtomicLongFieldUpdater.newUpdater(StreamTimers.class, "lastEvent");
    private static final AtomicIntegerFieldUpdater<StreamTimers> UNREAD =
            AtomicIntegerFieldUpdater.newUpdater(StreamTimers.class, "unread");

    /** A timer that goes off so much too late was held up together with everything else in the process. */
    private static final long FROZEN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long what has come meanwhile may then take to be read. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** In place of a time since when the reader waits: it does not. */
    private static final long RESTING = Long.MIN_VALUE;

    private static final Delayer.Cancellable NONE = () -> {};
    private static final Delayer.Cancellable STOPPED = () -> {};

    private final Delayer delayer;
    private final Timeouts timeouts;
    private final Target target;
    private final AtomicReference<Delayer.Cancellable> armed = new AtomicReference<>(NONE);
    private Delayer.Cancellable total = NONE;
    private long startedAt;

    /** When the armed timer is due. */
    private volatile long dueAt;

    /**
     * The notes. They are set for every chunk and read by a timer once in seconds, so they are set with release order: it
     * costs nothing, where a volatile write would hold the processor up six times a chunk.
     */
    private volatile long waitingSince = RESTING;

    private volatile long lastBytes;
    private volatile long lastEvent;
    /** 1 if bytes have arrived that the reader did not come to yet. */
    private volatile int unread;

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
            total = delayer.after(
                    Delayer.nanos(timeouts.total()), () -> target.timedOut(Timer.TOTAL, timeouts.total()));
        }
    }

    /** Whether {@code total} allows to wait so long and still do something. */
    boolean allows(Duration wait) {
        if (timeouts.total().isZero()) {
            return true;
        }
        long left = Delayer.nanos(timeouts.total()) - (delayer.nanoTime() - startedAt);
        return wait.compareTo(Duration.ofNanos(left)) < 0;
    }

    /** An attempt is written: {@code responseHead} runs from here. */
    void sent() {
        if (!timeouts.responseHead().isZero()) {
            arm(Delayer.nanos(timeouts.responseHead()), this::headRanOut);
        }
    }

    /** The attempt has its response head, or failed without one. */
    void headSettled() {
        arm(NONE);
    }

    /** A stream begins: {@code firstEvent}, {@code idle} and {@code eventIdle} take turns from here. */
    void streaming() {
        long now = delayer.nanoTime();
        LAST_BYTES.lazySet(this, now);
        LAST_EVENT.lazySet(this, now);
        tick();
    }

    /** Bytes arrived at that time, and were read at once. */
    void bytesRead(long now) {
        LAST_BYTES.lazySet(this, now);
    }

    /** Bytes arrived at that time, and wait to be read. */
    void bytesArrived(long now) {
        LAST_BYTES.lazySet(this, now);
        UNREAD.lazySet(this, 1);
    }

    /** An event was completed by bytes that arrived at that time. */
    void eventArrived(long now) {
        LAST_EVENT.lazySet(this, now);
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
        UNREAD.lazySet(this, 0);
        if (waitingSince == RESTING) {
            WAITING_SINCE.lazySet(this, delayer.nanoTime());
        }
    }

    /** The reader was handed an event, or asks for none: the idle timers rest. */
    void resting() {
        if (waitingSince != RESTING) {
            WAITING_SINCE.lazySet(this, RESTING);
        }
    }

    /** The call ended: no timer goes off any more. */
    void stop() {
        armed.getAndSet(STOPPED).cancel();
        total.cancel();
    }

    private void headRanOut() {
        if (wasFrozen()) {
            arm(LOOK_AGAIN_NANOS, this::headRanOut);
        } else {
            target.timedOut(Timer.RESPONSE_HEAD, timeouts.responseHead());
        }
    }

    /**
     * Whether the process stood still (stopped, suspended, short of memory) when this timer should have gone off. What the
     * service sent meanwhile waits to be read, so the silence was not the service's.
     */
    private boolean wasFrozen() {
        return delayer.nanoTime() - dueAt > FROZEN_NANOS;
    }

    private void tick() {
        Timer eventTimer = anyEvent ? Timer.EVENT_IDLE : Timer.FIRST_EVENT;
        Duration eventLimit = anyEvent ? timeouts.eventIdle() : timeouts.firstEvent();
        long now = delayer.nanoTime();
        long bytesLeft = left(timeouts.idle(), lastBytes, now);
        long eventLeft = left(eventLimit, lastEvent, now);
        if ((bytesLeft <= 0 || eventLeft <= 0) && wasFrozen()) {
            arm(LOOK_AGAIN_NANOS, this::tick);
        } else if (bytesLeft <= 0) {
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
        long waiting = waitingSince;
        if (waiting == RESTING || unread != 0) {
            return Delayer.nanos(limit);
        }
        long since = Math.max(waiting - signal, 0) + signal;
        return Delayer.nanos(limit) - (now - since);
    }

    private void arm(long nanos, Runnable task) {
        dueAt = delayer.nanoTime() + nanos;
        arm(delayer.after(nanos, task));
    }

    /** Puts a timer in the place of the one before. Of the two, the one that is not to run is called off. */
    private void arm(Delayer.Cancellable next) {
        Delayer.Cancellable before = armed.getAndUpdate(now -> now == STOPPED ? STOPPED : next);
        Delayer.Cancellable idle = before == STOPPED ? next : before;
        idle.cancel();
    }
}
