package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.BodyPublisher;

/**
 * The engine's credit for one body: how many bytes it may read. Bytes that the subscriber has taken are given back in portions,
 * not for each token.
 */
final class BodyCredit implements BodyPublisher.Source {

    /** How many bytes of a body without demand the engine reads before it stops. */
    static final int WINDOW = 16 * 1024;

    /** At most half the window, or the engine would starve. */
    private static final int PORTION = WINDOW / 2;

    private static final AtomicIntegerFieldUpdater<BodyCredit> TAKEN =
            AtomicIntegerFieldUpdater.newUpdater(BodyCredit.class, "taken");

    private final Runnable cancelCall;
    private final Consumer<Throwable> failCall;

    /** How many bytes were taken and not given back. */
    private volatile int taken;

    private volatile @Nullable CapacityChannel channel;

    /**
     * Credit for a body that has not begun.
     *
     * @param cancelCall cancels the exchange, because the subscriber wants no more
     * @param failCall ends the exchange, because its connection takes no more credit
     */
    BodyCredit(Runnable cancelCall, Consumer<Throwable> failCall) {
        this.cancelCall = cancelCall;
        this.failCall = failCall;
    }

    /** The engine shows its channel when the credit is used up, and perhaps earlier. I/O thread. */
    void channel(CapacityChannel account) {
        channel = account;
        giveBack(account, 1);
    }

    /** The exchange is over, and its connection may serve another call. */
    void stop() {
        channel = null;
    }

    @Override
    public void taken(int bytes) {
        TAKEN.addAndGet(this, bytes);
        CapacityChannel account = channel;
        if (account != null) {
            giveBack(account, PORTION);
        }
    }

    @Override
    public void abandoned() {
        cancelCall.run();
    }

    private void giveBack(CapacityChannel account, int least) {
        if (taken < least) {
            return;
        }
        int bytes = TAKEN.getAndSet(this, 0);
        if (bytes > 0) {
            try {
                account.update(bytes);
            } catch (IOException | RuntimeException e) {
                failCall.accept(e);
            }
        }
    }
}
