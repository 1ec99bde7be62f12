package top.neuralbox.concurrent;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A drain loop: it lets one thread at a time do some work. If a thread asks for a turn while another has it, the other does the
 * work once more. So the work sees all data that was stored before the question, in order, and no thread waits.
 *
 * <p>The work runs foreign code, so its thread matters. An engine's thread that brings data may do the work itself. A thread of
 * the application or of a timer never does it, but passes the turn to another thread.
 */
public final class DrainLoop {

    /** How long an executor may keep a turn before a timer checks whether the executor dropped it. */
    public static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long an executor that cannot say whether it is shut down may keep a turn when no timer runs any more. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    static {
        MemoryWait.load();
    }

    private static final AtomicIntegerFieldUpdater<DrainLoop> ASKED =
            AtomicIntegerFieldUpdater.newUpdater(DrainLoop.class, "asked");

    private final Runnable work;
    private final Runnable givenBack;
    private final Executor callbacks;
    private final Delayer delayer;
    private volatile @Nullable Executor executor;

    /** How often a turn was asked for since the thread that has it last checked; 0 if no thread has it. */
    private volatile int asked;

    /** The turn that was last submitted to the executor. */
    private volatile @Nullable Handover queued;

    private final AtomicBoolean watched = new AtomicBoolean();
    private volatile Delayer.Cancellable watch = () -> {};

    /** Whether the call should end. An executor that cannot say whether it is shut down is then not trusted for ever. */
    private volatile boolean urgent;

    /** Whether the call should end, and no timer checks what an executor does. */
    private volatile boolean withoutTimers;

    private volatile boolean over;

    /**
     * A loop whose turns no thread can take before {@link #begin}.
     *
     * @param work runs at least once after each question; throws nothing
     * @param givenBack runs on a thread that has just given its turn back; throws nothing
     * @param executor runs the turns; null means the engine's thread if it asks, or else a callback thread
     * @param callbacks runs the turns that must not run on the asking thread
     */
    public DrainLoop(
            Runnable work, Runnable givenBack, @Nullable Executor executor, Executor callbacks, Delayer delayer) {
        this.work = work;
        this.givenBack = givenBack;
        this.executor = executor;
        this.callbacks = callbacks;
        this.delayer = delayer;
        this.asked = 1;
    }

    /** Allows turns. If one was asked for before, another thread takes it. Call this once. */
    public void begin() {
        leaveElsewhere();
    }

    /**
     * Does the work on this thread; or the thread that has the turn does it, or the executor if there is one. Called by an
     * engine's thread.
     */
    public void ask() {
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
     * Takes the turn if no thread has it, without doing the work; {@link #leaveElsewhere} or {@link #handOver} must follow. If
     * a thread has it, that thread does the work once more. Called from any thread.
     */
    public boolean claim() {
        return ASKED.getAndIncrement(this) == 0;
    }

    /** Takes the turn if no thread has it, to act at once; {@link #leave} must follow. Called by an engine's thread. */
    public boolean enter() {
        return executor == null && asked == 0 && ASKED.compareAndSet(this, 0, 1);
    }

    /** Does the work that was asked for meanwhile, and gives the turn back. */
    public void leave() {
        int seen = ASKED.decrementAndGet(this);
        while (seen != 0) {
            work.run();
            seen = ASKED.addAndGet(this, -seen);
        }
        givenBack.run();
    }

    /** Gives the turn back. Another thread does the work that was asked for meanwhile. */
    public void leaveElsewhere() {
        if (ASKED.decrementAndGet(this) == 0) {
            givenBack.run();
        } else {
            handOver();
        }
    }

    /** Passes this thread's turn to the executor, or else to a callback thread, which does the work. */
    public void handOver() {
        Executor elsewhere = executor;
        if (elsewhere == null) {
            giveToCallbacks(newTurn(callbacks));
            return;
        }
        Handover turn = newTurn(elsewhere);
        queued = turn;
        if (turn.give()) {
            watch();
            if (withoutTimers) {
                awaitElsewhere(turn);
            }
        } else {
            // The executor is not used again, which is logged once.
            executor = callbacks;
            giveToCallbacks(turn);
        }
    }

    /** As {@link #handOver}, but from a thread that must not even run the executor's own code. */
    public void handOverSoon() {
        urgent = true;
        if (executor == null) {
            handOver();
        } else {
            giveToCallbacks(newHandover());
        }
    }

    /** The call should end while another thread has the turn, which must not be lost in an executor. */
    public void hurry() {
        urgent = true;
        recover();
    }

    /** As {@link #hurry}, when no timer runs any more. */
    public void hurryWithoutTimers() {
        // Before the look at the turn: a thread that submits one meanwhile looks at this afterwards.
        withoutTimers = true;
        hurry();
        Handover turn = queued;
        if (turn != null) {
            awaitElsewhere(turn);
        }
    }

    /** Runs a turn on a callback thread, if the executor cannot tell what became of it, and does not run it in time. */
    private void awaitElsewhere(Handover turn) {
        if (turn.waits() && !turn.canTell()) {
            callbacks.execute(() -> {
                turn.awaitBegin(GRACE_NANOS);
                turn.run();
            });
        }
    }

    /** The call is over. No turn is needed any more. */
    public void over() {
        over = true;
        watch.cancel();
    }

    private void take() {
        work.run();
        leave();
    }

    /** Takes back a turn that was submitted to an executor, if the executor is shut down. */
    private void recover() {
        Handover turn = queued;
        if (turn != null && turn.isDropped()) {
            ThreadLog.executorRefused();
            executor = callbacks;
            giveToCallbacks(turn);
        }
    }

    private void watch() {
        if (!over && watched.compareAndSet(false, true)) {
            Handover turn = queued;
            boolean wasUrgent = urgent;
            try {
                watch = delayer.after(PATIENCE_NANOS, () -> look(turn, wasUrgent));
            } catch (OutOfMemoryError full) {
                // The executor has the turn. The next turn that it gets is watched again.
                watched.set(false);
            }
            if (over) {
                watch.cancel();
            }
        }
    }

    /** Creates a turn. Waits for memory if there is none, because a call that loses a turn would never end. */
    private Handover newTurn(Executor taker) {
        for (int tries = 0; ; tries++) {
            try {
                return Handover.of(this::take, taker);
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** As {@link #newTurn}, for a turn that a callback thread passes to the executor. */
    private Handover newHandover() {
        for (int tries = 0; ; tries++) {
            try {
                return Handover.of(this::handOver, callbacks);
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** Submits a turn to a callback thread. It may be submitted twice, but runs once. */
    private void giveToCallbacks(Handover turn) {
        for (int tries = 0; ; tries++) {
            try {
                callbacks.execute(turn);
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
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
            ThreadLog.executorRefused();
            executor = callbacks;
            giveToCallbacks(turn);
        }
        watch();
    }
}
