package top.neuralbox;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The sink of one thread that pulls the events of a call. The pulling thread decodes them. The transport's thread only stores
 * chunks and wakes the pulling thread, at most once a chunk and only if it waits.
 */
final class PullSink implements EventSink {

    /** How many events are decoded ahead: enough to take turns rarely, few enough to stay in the processor's cache. */
    private static final int BATCH = 64;
    /** The first size of the batch. A slow stream brings one event at a time. */
    private static final int FIRST_BATCH = 4;

    private static final GenerationEvent[] NONE = {};

    /** The events from {@link #taken} to {@link #decoded} are still to be read. Only the reader's thread uses these three. */
    private @Nullable GenerationEvent[] batch = NONE;

    private int taken;
    private int decoded;

    private volatile @Nullable Thread filler;
    private volatile @Nullable Thread waiter;
    private volatile boolean signalled;
    private volatile boolean ended;
    private @Nullable NeuralBoxException error;

    /**
     * Waits until the next event is there.
     *
     * @return false if the generation completed and all of its events were taken
     * @throws NeuralBoxException each time once the generation ended in another way and the events before were taken; a
     *     cancellation drops those events
     */
    boolean await(GenerationCall call) {
        while (taken == decoded && !ended) {
            fill(call);
        }
        if (ended && error != null && (taken == decoded || error instanceof GenerationCancelledException)) {
            taken = decoded;
            throw error;
        }
        return taken != decoded;
    }

    /** Whether no event is there. */
    boolean isEmpty() {
        return taken == decoded;
    }

    /** Takes the next event; null if none is there. */
    @Nullable
    GenerationEvent take() {
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
    public boolean takesHere() {
        return filler == Thread.currentThread();
    }

    @Override
    public boolean wants() {
        return decoded < BATCH;
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
        // The reader need not wake itself: it checks again before it waits.
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
            park(call);
        }
    }

    private void park(GenerationCall call) {
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
            // An earlier chunk woke the reader already, and it has yet to check the inbox.
            return;
        }
        signalled = true;
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }
}
