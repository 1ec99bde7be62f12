package top.neuralbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.MemoryWait;

/**
 * The end of a client that lets its calls finish: from the first refusal of a new call to the close. {@link #finish} is its
 * single end. Thread-safe.
 */
final class Drain {

    /** How long the calls may take to deliver their ends after they were cancelled. A callback that blocks takes longer. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final CallRegistry calls;
    private final Delayer delayer;
    private final Executor callbacks;
    private final Runnable close;
    private final CompletableFuture<DrainResult> result = new CompletableFuture<>();
    private final AtomicInteger completed = new AtomicInteger();
    private final ConcurrentLinkedQueue<DrainResult.Cut> cut = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean finished = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Runnable counting = this::count;
    private final Runnable completing = this::complete;
    private final Runnable reportingStuck;
    private volatile boolean cutting;
    /** Only the thread that closes the client uses this. */
    private @Nullable DrainResult outcome;

    private volatile Delayer.Cancellable timer = () -> {};

    /**
     * A drain that has not begun.
     *
     * @param close closes the client; it may block
     */
    Drain(CallRegistry calls, ClientSettings settings, Runnable close) {
        this.calls = calls;
        this.delayer = settings.delayer();
        this.callbacks = settings.callbacks();
        this.close = close;
        this.reportingStuck = calls::reportStuck;
    }

    /** Cancels what is left after this time. Call this once, when the registry refuses new calls. */
    void begin(Duration patience) {
        if (calls.isIdle()) {
            finish();
        } else if (calls.isClosed()) {
            // What is left was cancelled by the close, and no timer runs any more.
            cutting = true;
            callbacks.execute(this::awaitEnds);
        } else {
            timer = delayer.after(Delayer.nanos(patience), () -> callbacks.execute(this::cutOff));
            if (finished.get()) {
                timer.cancel();
            }
        }
    }

    /** A new future for each caller, so that no caller can complete another's. */
    CompletableFuture<DrainResult> result() {
        return result.copy();
    }

    /** Calls are being cancelled from now on. */
    void cutting() {
        cutting = true;
    }

    boolean isCutting() {
        return cutting;
    }

    /** The client was closed, so no timer runs any more. */
    void closed() {
        if (!finished.get()) {
            callbacks.execute(this::awaitEnds);
        }
    }

    void ended(@Nullable GenerationInfo info, @Nullable NeuralBoxException error) {
        if (cutting
                && error instanceof GenerationCancelledException cancelled
                && cancelled.reason() == GenerationCancelledException.Reason.CLIENT_CLOSED) {
            cut.add(new DrainResult.Cut(info, error));
        } else {
            completed.incrementAndGet();
        }
    }

    /** A call was cut whose end is not delivered. */
    void stuck(DrainResult.Cut known) {
        cut.add(known);
    }

    /** Closes the client on a callback thread, and then completes the result. Only the first call counts. */
    void finish() {
        if (finished.compareAndSet(false, true)) {
            timer.cancel();
            end.countDown();
            closeElsewhere();
        }
    }

    /** Tries again if there is no memory, because the result would never complete. */
    private void closeElsewhere() {
        for (int tries = 0; ; tries++) {
            try {
                callbacks.execute(this::closeAndComplete);
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private void closeAndComplete() {
        MemoryWait.run(counting);
        try {
            close.run();
        } finally {
            MemoryWait.run(completing);
        }
    }

    private void count() {
        outcome = new DrainResult(completed.get(), new ArrayList<>(cut));
    }

    private void complete() {
        result.complete(outcome);
    }

    private void cutOff() {
        cutting = true;
        calls.cut();
        awaitEnds();
    }

    /** Waits for the ends of calls that were cancelled. Any of them finishes this drain if it is the last. */
    private void awaitEnds() {
        boolean ended = false;
        try {
            ended = end.await(GRACE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            try {
                MemoryWait.run(reportingStuck);
            } finally {
                finish();
            }
        }
    }
}
