package top.neuralbox.transport.httpclient;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The timer of one transport. If an {@code Error} ends its thread, the pool needs memory and a new thread. A lack of them may
 * be the reason for the {@code Error}, so the old thread stays until it has a successor. Thread-safe.
 */
final class TransportTimer extends ScheduledThreadPoolExecutor {

    private TransportTimer(ThreadFactory threads) {
        super(1, threads);
        setRemoveOnCancelPolicy(true);
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    static TransportTimer create() {
        return create(threads -> threads);
    }

    /** Wraps its thread factory with another one, for tests. */
    static TransportTimer create(UnaryOperator<ThreadFactory> factory) {
        Successor successor = new Successor();
        TransportTimer timer = new TransportTimer(factory.apply(
                new TransportThreads(TransportThreads.TIMER, (thread, fault) -> successor.replace(fault))));
        successor.timer = timer;
        return timer;
    }

    /** Starts the timer's next thread. It gets the timer later, because the timer's constructor needs the thread factory. */
    private static final class Successor {

        private volatile @Nullable TransportTimer timer;

        void replace(@Nullable Throwable fault) {
            TransportTimer lasting = timer;
            if (fault != null && lasting != null) {
                lasting.prestartCoreThread();
            }
        }
    }
}
