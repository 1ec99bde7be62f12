package top.neuralbox.transport.httpclient;

import java.util.function.LongSupplier;

/**
 * Notices that the wall clock was set, or that the machine slept. HttpClient measures the ages of its connections by that clock
 * (5.6.5), so they are wrong from then on. Not thread-safe.
 */
final class WallClockWatch {

    /** The smallest jump that is reported, in milliseconds. Time synchronization corrects a clock by much less at a time. */
    static final long TOLERANCE_MILLIS = 10_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier wallMillis;
    private final LongSupplier monotonicNanos;
    private long offset;

    WallClockWatch() {
        this(System::currentTimeMillis, System::nanoTime);
    }

    WallClockWatch(LongSupplier wallMillis, LongSupplier monotonicNanos) {
        this.wallMillis = wallMillis;
        this.monotonicNanos = monotonicNanos;
        this.offset = offset();
    }

    /** Whether the clock has jumped since the last call, or since this object was made. */
    boolean hasJumped() {
        long now = offset();
        boolean jumped = Math.abs(now - offset) > TOLERANCE_MILLIS;
        offset = now;
        return jumped;
    }

    private long offset() {
        return wallMillis.getAsLong() - monotonicNanos.getAsLong() / NANOS_PER_MILLI;
    }
}
