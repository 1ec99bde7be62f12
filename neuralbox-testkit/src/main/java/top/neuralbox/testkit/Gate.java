package top.neuralbox.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import top.neuralbox.testkit.concurrent.SteppedWait;

/**
 * A signal between a test and its server. It is opened once and never shut again. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Gate {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CompletableFuture<Void> opened = new CompletableFuture<>();

    /** A gate that is shut. */
    public Gate() {}

    /** Opens the gate. All that waits here, now or later, continues. Idempotent. */
    public void open() {
        opened.complete(null);
    }

    /** Whether it is open. An open gate stays open. */
    public boolean isOpen() {
        return opened.isDone();
    }

    /**
     * Waits until the gate is open.
     *
     * @throws AssertionError if it is still shut after ten seconds
     */
    public void await() {
        await(PATIENCE);
    }

    /**
     * Waits until the gate is open.
     *
     * @throws AssertionError if it is still shut when the patience ends, or if the waiting thread is interrupted
     */
    public void await(Duration patience) {
        try {
            if (!SteppedWait.await(patience, this::isOpenWithin)) {
                throw new AssertionError("the gate was not opened within " + patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a gate", e);
        }
    }

    /** Runs an action when the gate opens, on the thread that opens it, or at once if it is open. */
    public void whenOpen(Runnable action) {
        CompletableFuture<Void> unused = opened.thenRun(action);
    }

    private boolean isOpenWithin(long nanos) throws InterruptedException {
        try {
            opened.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
