package top.neuralbox;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time do some work. A thread that asks while another is at it leaves the work to that one, which
 * then does it once more; so whatever was made known before asking is seen, in order, and nobody waits.
 */
final class Turns {

    private static final AtomicIntegerFieldUpdater<Turns> ASKED =
            AtomicIntegerFieldUpdater.newUpdater(Turns.class, "asked");

    private final Runnable work;
    private final Runnable givenBack;
    private volatile @Nullable Executor executor;

    /** How many asked for a turn since the one who has it last looked. */
    private volatile int asked;

    /** Turns that may be taken at once, by the thread that asks. */
    Turns(Runnable work) {
        this(work, () -> {}, null);
        asked = 0;
    }

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
        this.asked = 1;
    }

    /** Takes the first turn. Once. */
    void begin() {
        use();
    }

    /** Has the work done, now or by the thread that is at it, on the executor if there is one. From any thread. */
    void ask() {
        if (ASKED.getAndIncrement(this) == 0) {
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

    /** Takes the turn if nobody has it, for something that cannot wait; {@link #leave} must follow. From any thread. */
    boolean enter() {
        return executor == null && asked == 0 && ASKED.compareAndSet(this, 0, 1);
    }

    /** Gives the turn back, once the work that was asked for meanwhile is done. */
    void leave() {
        int seen = ASKED.decrementAndGet(this);
        while (seen != 0) {
            work.run();
            seen = ASKED.addAndGet(this, -seen);
        }
        givenBack.run();
    }

    private void take() {
        work.run();
        leave();
    }
}
