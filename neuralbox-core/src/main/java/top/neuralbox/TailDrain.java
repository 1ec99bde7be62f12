package top.neuralbox;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the few bytes that follow {@code [DONE]}, after the caller was told of the end, so that the connection can be
 * used again. A server that sends more, or does not come to the end, loses the connection.
 */
final class TailDrain {

    /** Also how many chunks there can be at the most, for none is empty. */
    static final int MAX_BYTES = 8 << 10;

    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runnable giveUp;
    private final Runnable over;
    private final Delayer.Cancellable deadline;
    private final AtomicInteger bytes = new AtomicInteger();

    /**
     * Begins to wait for the end.
     *
     * @param giveUp gives the connection up; the body then ends with an error
     * @param over the body ended, this way or that
     */
    TailDrain(Delayer delayer, Runnable giveUp, Runnable over) {
        this.giveUp = giveUp;
        this.over = over;
        this.deadline = delayer.after(MAX_NANOS, giveUp);
    }

    void chunk(int length) {
        if (bytes.addAndGet(length) > MAX_BYTES) {
            giveUp.run();
        }
    }

    void ended() {
        deadline.cancel();
        over.run();
    }
}
