package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.concurrent.Delayer;

/**
 * The timers of one call, except {@code connect}, which the transport owns. Apart from {@code total}, one timer at a time is
 * armed. Chunks and events only note the time; a timer that fires reads the notes.
 */
final class StreamTimers {

    /** Is notified of the timer that ran out. */
    interface TimeoutListener {
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

    /** If a timer fires this much too late, the whole process was held up. */
    private static final long FROZEN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long the reading of data that came meanwhile may then take. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The value of {@link #waitingSince} if the reader does not wait. */
    private static final long RESTING = Long.MIN_VALUE;

    private static final Delayer.Cancellable NONE = () -> {};
    private static final Delayer.Cancellable STOPPED = () -> {};

    private final Delayer delayer;
    private final Timeouts timeouts;
    private final TimeoutListener listener;
    private final AtomicReference<Delayer.Cancellable> armed = new AtomicReference<>(NONE);
    private Delayer.Cancellable total = NONE;
    private long startedAt;

    /** When the armed timer is due. */
    private volatile long dueAt;

    /**
     * The notes. They are set for every chunk, and a timer reads them once in seconds. So they are set with release order,
     * which costs nothing; volatile writes would hold up the processor six times a chunk.
     */
    private volatile long waitingSince = RESTING;

    private volatile long lastBytes;
    private volatile long lastEvent;
    /** 1 if bytes have arrived that the reader has not read yet. */
    private volatile int unread;

    private volatile boolean anyEvent;

    StreamTimers(Delayer delayer, Timeouts timeouts, TimeoutListener listener) {
        this.delayer = delayer;
        this.timeouts = timeouts;
        this.listener = listener;
    }

    /** The call begins: {@code total} runs from here, through every attempt and every wait. */
    void started() {
        startedAt = delayer.nanoTime();
        if (!timeouts.total().isZero()) {
            total = delayer.after(
                    Delayer.nanos(timeouts.total()), () -> listener.timedOut(Timer.TOTAL, timeouts.total()));
        }
    }

    /** Whether {@code total} leaves time after a wait of this length. */
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

    /** A stream begins: {@code firstEvent}, {@code idle} and {@code eventIdle} run from here. */
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
            // eventIdle replaces firstEvent, and may be shorter.
            tick();
        }
    }

    /**
     * The reader has read all data and waits for an event. Data without an event, such as a comment, does not restart its
     * wait.
     */
    void waiting() {
        UNREAD.lazySet(this, 0);
        if (waitingSince == RESTING) {
            WAITING_SINCE.lazySet(this, delayer.nanoTime());
        }
    }

    /** The reader received an event, or has no demand: the idle timers rest. */
    void resting() {
        if (waitingSince != RESTING) {
            WAITING_SINCE.lazySet(this, RESTING);
        }
    }

    /** The call ended: no timer fires any more. */
    void stop() {
        armed.getAndSet(STOPPED).cancel();
        total.cancel();
    }

    private void headRanOut() {
        if (wasFrozen()) {
            arm(LOOK_AGAIN_NANOS, this::headRanOut);
        } else {
            listener.timedOut(Timer.RESPONSE_HEAD, timeouts.responseHead());
        }
    }

    /**
     * Whether the process stood still (stopped, suspended, short of memory) when this timer should have fired. Data that the
     * service sent meanwhile may still be unread, so the service may not have been silent.
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
            listener.timedOut(Timer.IDLE, timeouts.idle());
        } else if (eventLeft <= 0) {
            listener.timedOut(eventTimer, eventLimit);
        } else if (bytesLeft != Long.MAX_VALUE || eventLeft != Long.MAX_VALUE) {
            arm(Math.min(bytesLeft, eventLeft), this::tick);
        }
    }

    /** The nanoseconds left of a limit that starts with a signal or with the reader's wait, whichever is later. */
    private long left(Duration limit, long signal, long now) {
        if (limit.isZero()) {
            return Long.MAX_VALUE;
        }
        long waiting = waitingSince;
        if (waiting == RESTING || unread != 0) {
            return Delayer.nanos(limit);
        }
        long since = Math.max(waiting - signal, 0) + signal;
        // A signal may be later than the clock was read. A negative time would overflow an endless limit.
        return Delayer.nanos(limit) - Math.max(now - since, 0);
    }

    private void arm(long nanos, Runnable task) {
        dueAt = delayer.nanoTime() + nanos;
        arm(delayer.after(nanos, task));
    }

    /** Replaces the armed timer by the next one, and cancels it; after the end, cancels the next one instead. */
    private void arm(Delayer.Cancellable next) {
        Delayer.Cancellable before = armed.getAndUpdate(now -> now == STOPPED ? STOPPED : next);
        Delayer.Cancellable idle = before == STOPPED ? next : before;
        idle.cancel();
    }
}
