package top.neuralbox;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time do some work. A thread that asks while another is at it leaves the work to that one, which
 * then does it once more; so whatever was made known before asking is seen, in order, and nobody waits.
 *
 * <p>The work runs foreign code, so it matters on which thread. A thread of the engine that brings something may do it
 * there. A thread of the application, or of the timers, never does: it hands the turn over.
 */
final class Turns {

    /** How long an executor may keep a turn before somebody looks whether it dropped it. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long an executor that cannot tell whether it lives may keep a turn once no timer runs any more. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final AtomicIntegerFieldUpdater<Turns> ASKED =
            AtomicIntegerFieldUpdater.newUpdater(Turns.class, "asked");

    private final Runnable work;
    private final Runnable givenBack;
    private final Executor callbacks;
    private final Delayer delayer;
    private volatile @Nullable Executor executor;

    /** How many asked for a turn since the one who has it last looked. */
    private volatile int asked;

    /** The turn that the executor was given last. */
    private volatile @Nullable Handover queued;

    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile Delayer.Cancellable watch = () -> {};

    /** Somebody wants the end, so that an executor that cannot tell whether it lives is not trusted for ever. */
    private volatile boolean urgent;

    private volatile boolean over;

    /**
     * Turns of which none is taken before {@link #begin}.
     *
     * @param work done at least once after each question; throws nothing
     * @param givenBack done by a thread that has just given its turn back; throws nothing
     * @param executor where turns are taken; null means the engine's thread if it asks, else a callback thread
     * @param callbacks has threads for the turns that cannot be taken where they are asked for
     */
    Turns(Runnable work, Runnable givenBack, @Nullable Executor executor, Executor callbacks, Delayer delayer) {
        this.work = work;
        this.givenBack = givenBack;
        this.executor = executor;
        this.callbacks = callbacks;
        this.delayer = delayer;
        this.asked = 1;
    }

    /** Allows turns, and takes the first one if something was asked for before: elsewhere. Once. */
    void begin() {
        leaveElsewhere();
    }

    /** Has the work done, now or by the thread that is at it, on the executor if there is one. By an engine's thread. */
    void ask() {
        if (claim()) {
            if (executor == null) {
                take();
            } else {
                handOver();
            }
        } else {
            recover();
        }
    }

    /**
     * Takes the turn if nobody has it, without doing the work; {@link #leaveElsewhere} or {@link #handOver} must follow. If
     * somebody has it, the work is done once more. From any thread.
     */
    boolean claim() {
        return ASKED.getAndIncrement(this) == 0;
    }

    /** Takes the turn if nobody has it, for something that cannot wait; {@link #leave} must follow. By an engine's thread. */
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

    /** Gives the turn back; work that was asked for meanwhile is done by another thread. */
    void leaveElsewhere() {
        if (ASKED.decrementAndGet(this) == 0) {
            givenBack.run();
        } else {
            handOver();
        }
    }

    /** Hands the turn that this thread has to the executor, or else to a callback thread, and has the work done there. */
    void handOver() {
        Executor elsewhere = executor;
        if (elsewhere == null) {
            callbacks.execute(this::take);
            return;
        }
        Handover turn = Handover.of(this::take, elsewhere);
        queued = turn;
        if (turn.give(callbacks)) {
            watch();
        } else {
            // It stays without that executor, which is logged once.
            executor = callbacks;
        }
    }

    /** As {@link #handOver}, from a thread on which not even the executor's own code may run. */
    void handOverSoon() {
        urgent = true;
        if (executor == null) {
            handOver();
        } else {
            callbacks.execute(this::handOver);
        }
    }

    /** The call is to end, and another has the turn: it must not be lost in an executor. */
    void hurry() {
        urgent = true;
        recover();
    }

    /** As {@link #hurry}, when no timer runs any more. */
    void hurryWithoutTimers() {
        hurry();
        Handover turn = queued;
        if (turn != null && turn.waits() && !turn.canTell()) {
            callbacks.execute(() -> {
                turn.awaitBegin(GRACE_NANOS);
                turn.run();
            });
        }
    }

    /** No turn will be of any use. */
    void over() {
        over = true;
        watch.cancel();
    }

    private void take() {
        work.run();
        leave();
    }

    /** Takes a turn back that was given to an executor which is shut down. */
    private void recover() {
        Handover turn = queued;
        if (turn != null && turn.isDropped()) {
            Log.executorRefused();
            executor = callbacks;
            callbacks.execute(turn);
        }
    }

    private void watch() {
        if (!over && watched.compareAndSet(false, true)) {
            Handover turn = queued;
            boolean wasUrgent = urgent;
            watch = delayer.after(PATIENCE_NANOS, () -> look(turn, wasUrgent));
            if (over) {
                watch.cancel();
            }
        }
    }

    private void look(@Nullable Handover before, boolean wasUrgent) {
        watched.set(false);
        Handover turn = queued;
        if (over || turn == null || !turn.waits()) {
            return;
        }
        recover();
        if (turn.equals(before) && wasUrgent && !turn.canTell()) {
            Log.executorRefused();
            executor = callbacks;
            callbacks.execute(turn);
        }
        watch();
    }
}
