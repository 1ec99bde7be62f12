package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.BodyPublisher;

/**
 * The window of one body: how many bytes the engine may read. Bytes that the subscriber has taken are given back in portions,
 * not for each token.
 */
final class BodyWindow implements BodyPublisher.Source {

    /** How many bytes of a body without demand the engine reads before it stops. */
    static final int BYTES = 16 * 1024;

    /** At most half the window, or the engine would starve. */
    private static final int PORTION = BYTES / 2;

    private static final AtomicIntegerFieldUpdater<BodyWindow> TAKEN =
            AtomicIntegerFieldUpdater.newUpdater(BodyWindow.class, "taken");

    private final Runnable cancelCall;
    private final Consumer<Throwable> failCall;

    /** How many bytes were taken and not given back. */
    private volatile int taken;

    private volatile @Nullable CapacityChannel channel;

    /**
     * The window of a body that has not begun.
     *
     * @param cancelCall cancels the exchange, because the subscriber wants no more
     * @param failCall ends the exchange, because its connection opens the window no further
     */
    BodyWindow(Runnable cancelCall, Consumer<Throwable> failCall) {
        this.cancelCall = cancelCall;
        this.failCall = failCall;
    }

    /** The engine shows its channel when the window is used up, and perhaps earlier. I/O thread. */
    void channel(CapacityChannel capacity) {
        channel = capacity;
        giveBack(capacity, 1);
    }

    /** The exchange is over, and its connection may serve another call. */
    void stop() {
        channel = null;
    }

    @Override
    public void taken(int bytes) {
        TAKEN.addAndGet(this, bytes);
        CapacityChannel capacity = channel;
        if (capacity != null) {
            giveBack(capacity, PORTION);
        }
    }

    @Override
    public void abandoned() {
        cancelCall.run();
    }

    private void giveBack(CapacityChannel capacity, int least) {
        if (taken < least) {
            return;
        }
        int bytes = TAKEN.getAndSet(this, 0);
        if (bytes > 0) {
            try {
                capacity.update(bytes);
            } catch (IOException | RuntimeException e) {
                failCall.accept(e);
            }
        }
    }
}
