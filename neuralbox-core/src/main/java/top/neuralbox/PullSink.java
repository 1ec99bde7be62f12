package top.neuralbox;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The events of a call for one thread that asks for them. That thread decodes: the transport's thread only leaves chunks
 * and wakes it, once a chunk and only if it waits.
 */
final class PullSink implements EventSink {

    /** How many events are decoded ahead of the reader: enough to take turns rarely, few enough to stay in the cache. */
    private static final int BATCH = 64;
    /** A slow stream has one event at a time. */
    private static final int FIRST_BATCH = 4;

    private static final GenerationEvent[] NONE = {};

    /** These three are touched by the reader's thread alone: events from {@link #taken} to {@link #decoded}. */
    private @Nullable GenerationEvent[] batch = NONE;

    private int taken;
    private int decoded;

    private volatile @Nullable Thread filler;
    private volatile @Nullable Thread waiter;
    private volatile boolean signalled;
    private volatile boolean ended;
    private @Nullable NeuralBoxException error;

    /**
     * The next event, waited for.
     *
     * @return null if the generation completed and all of its events were taken
     * @throws NeuralBoxException if it ended in another way, after the events that came before, each time again
     */
    @Nullable
    GenerationEvent take(GenerationCall call) {
        while (taken == decoded && !ended) {
            fill(call);
        }
        if (ended && error != null && (taken == decoded || error instanceof GenerationCancelledException)) {
            taken = decoded;
            throw error;
        }
        if (taken == decoded) {
            return null;
        }
        GenerationEvent event = batch[taken];
        batch[taken++] = null;
        return event;
    }

    @Override
    public boolean pushes() {
        return false;
    }

    @Override
    public boolean wants() {
        return filler == Thread.currentThread() && decoded < BATCH;
    }

    @Override
    public void event(GenerationEvent event) {
        if (decoded == batch.length) {
            batch = Arrays.copyOf(batch, Math.max(FIRST_BATCH, 2 * decoded));
        }
        batch[decoded++] = event;
    }

    @Override
    public void ended(@Nullable NeuralBoxException error) {
        this.error = error;
        ended = true;
        wake();
    }

    @Override
    public void ready(GenerationCall call) {
        // The reader need not wake itself: it looks again before it waits.
        if (filler != Thread.currentThread()) {
            wake();
        }
    }

    private void fill(GenerationCall call) {
        taken = 0;
        decoded = 0;
        signalled = false;
        filler = Thread.currentThread();
        call.drive();
        filler = null;
        if (decoded == 0 && !ended) {
            await(call);
        }
    }

    private void await(GenerationCall call) {
        call.waiting();
        waiter = Thread.currentThread();
        boolean interrupted = false;
        while (!signalled) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                call.cancel(GenerationCancelledException.Reason.INTERRUPTED);
            }
        }
        waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        if (signalled) {
            // Woken already, for a chunk before this one: the reader has yet to look at the inbox.
            return;
        }
        signalled = true;
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }
}
