package top.neuralbox.examples.relay;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Bounds the time that this thread is blocked on a socket: a channel closes when a thread is interrupted in it. */
final class SocketDeadline {

    /** What blocks. */
    interface Action<T> {
        T run() throws IOException;
    }

    private SocketDeadline() {}

    /** Runs the action on this thread; if it takes longer than that, its channel is closed, and it throws. */
    static <T> T within(Duration time, Action<T> action) throws IOException {
        Thread blocked = Thread.currentThread();
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> interrupted = done.orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(late -> {
                    blocked.interrupt();
                    return null;
                });
        try {
            return action.run();
        } finally {
            if (!done.complete(null)) {
                // The thread goes on to other work, which the interrupt must not meet.
                interrupted.join();
                Thread.interrupted();
            }
        }
    }
}
