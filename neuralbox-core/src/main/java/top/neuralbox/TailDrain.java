package top.neuralbox;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import top.neuralbox.concurrent.Delayer;

/**
 * Reads the few bytes that follow {@code [DONE]}, so that the connection can be reused. The caller has received the end before.
 * If the server sends more bytes, or does not end the body, the connection is closed.
 */
final class TailDrain {

    /** Also the most chunks, because no chunk is empty. */
    static final int MAX_BYTES = 8 << 10;

    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runnable giveUp;
    private final Runnable over;
    private final Delayer.Cancellable deadline;
    private final AtomicInteger bytes = new AtomicInteger();

    /**
     * Begins to wait for the end.
     *
     * @param giveUp cancels the transport's call; the body then ends with an error
     * @param over runs when the body has ended, with or without an error
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
