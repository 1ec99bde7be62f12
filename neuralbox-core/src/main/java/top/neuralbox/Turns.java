package top.neuralbox;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time do some work. A thread that asks while another is at it leaves the work to that one, which
 * then does it once more; so whatever was made known before asking is seen, in order, and nobody waits.
 */
final class Turns {

    private final Runnable work;
    private final Runnable givenBack;
    private volatile @Nullable Executor executor;

    /** How many asked for a turn since the one who has it last looked; 1 from the beginning, for {@link #begin}. */
    private final AtomicInteger asked = new AtomicInteger(1);

    /**
     * Turns of which none is taken before {@link #begin}.
     *
     * @param work done at least once after each question; throws nothing
     * @param givenBack done by a thread that has just given its turn back; throws nothing
     * @param executor where turns are taken; null means the thread that has the turn
     */
    Turns(Runnable work, Runnable givenBack, @Nullable Executor executor) {
        this.work = work;
        this.givenBack = givenBack;
        this.executor = executor;
    }

    /** Takes the first turn. Once. */
    void begin() {
        use();
    }

    /** Has the work done, now or by the thread that is at it, on the executor if there is one. From any thread. */
    void ask() {
        if (asked.getAndIncrement() == 0) {
            use();
        }
    }

    private void use() {
        Executor elsewhere = executor;
        if (elsewhere == null) {
            take();
            return;
        }
        try {
            elsewhere.execute(this::take);
        } catch (Throwable t) {
            // Better a signal on the wrong thread than a call that never ends. It stays there, and is logged once.
            executor = null;
            Log.executorRefused();
            take();
        }
    }

    private void take() {
        int seen = 1;
        do {
            work.run();
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
        givenBack.run();
    }
}
