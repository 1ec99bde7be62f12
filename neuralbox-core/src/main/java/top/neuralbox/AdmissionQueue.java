package top.neuralbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.MemoryWait;

/**
 * The slots of one client, and the calls that wait for one. The turn goes round among the tenants that wait and may have one
 * more slot, so a tenant with a thousand calls delays another by one. Each step costs the same, however many wait.
 * Thread-safe; no foreign code runs under the lock.
 */
final class AdmissionQueue {

    /** The key of the calls without a tenant. */
    private static final Object NO_TENANT = new Object();

    /** The shortest time that a refusal asks to wait. */
    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);

    private final Admission admission;
    private final Delayer delayer;
    private final Executor callbacks;
    private final Lock lock = new ReentrantLock();

    /** The lock guards this and the fields below. */
    private final Map<Object, Tenant> tenants = new HashMap<>();

    /** The tenants that wait and may have one more slot. */
    private final Queue<Tenant> turns = new ArrayDeque<>();

    private int running;
    private int queued;
    private @Nullable Failure refusal;

    AdmissionQueue(Admission admission, Delayer delayer, Executor callbacks) {
        this.admission = admission;
        this.delayer = delayer;
        this.callbacks = callbacks;
    }

    boolean waitsForBudget() {
        return admission.waitForBudget();
    }

    /**
     * Asks for a slot. {@link #leave} must follow when the call ends.
     *
     * @param admitted is told of the slot each time that there is one: on this thread if there is a slot now, else on a
     *     callback thread
     * @param refused is told why there will be none, on any thread
     */
    Slot enter(@Nullable String tenant, Consumer<Slot> admitted, Consumer<Failure> refused) {
        Slot slot = new Slot(admitted, refused);
        Failure reason = null;
        boolean waits = false;
        lock.lock();
        try {
            Tenant owner = tenants.computeIfAbsent(tenant == null ? NO_TENANT : tenant, Tenant::new);
            slot.tenant = owner;
            if (refusal != null) {
                reason = refusal;
            } else if (turns.isEmpty()
                    && running < admission.maxCalls()
                    && owner.running < admission.maxCallsPerTenant()) {
                admit(slot);
            } else if (queued < admission.maxQueued()) {
                waits = true;
                slot.state = State.WAITING;
                slot.hadToWait = true;
                owner.waiting.add(slot);
                queued++;
                takeTurn(owner);
            } else {
                reason = refusal(AdmissionRefusedException.Reason.QUEUE_FULL);
            }
            forgetIfIdle(owner);
        } finally {
            lock.unlock();
        }
        if (reason != null) {
            refused.accept(reason);
        } else if (waits) {
            watched(slot, admission.maxWait(), () -> waitedTooLong(slot));
            admitWaiting();
        } else {
            admitted.accept(slot);
        }
        return slot;
    }

    /**
     * A call that has a slot cannot use it before this time is over: gives the slot to the next one. The call gets in line
     * again after the time.
     *
     * @return false if the call must not wait: that would be too long, the queue is full or refuses, or the call has ended
     */
    boolean getInLineAfter(Slot slot, Duration renewal) {
        // A guard that names no time, or one that is over, must not be asked again without a pause.
        Duration time = Collections.max(List.of(renewal, RetryPolicy.SHORTEST_WAIT));
        lock.lock();
        try {
            Tenant owner = slot.tenant;
            long left = Delayer.nanos(admission.maxWait()) - (delayer.nanoTime() - slot.since);
            if (owner == null
                    || slot.state != State.ADMITTED
                    || refusal != null
                    || queued >= admission.maxQueued()
                    || Delayer.nanos(time) > left) {
                return false;
            }
            running--;
            owner.running--;
            slot.state = State.AWAY;
            slot.hadToWait = true;
            slot.wasAdmitted = false;
            slot.watching = true;
            owner.away.add(slot);
            queued++;
            takeTurn(owner);
        } finally {
            lock.unlock();
        }
        watched(slot, time, () -> getInLine(slot));
        admitWaiting();
        return true;
    }

    private void getInLine(Slot slot) {
        lock.lock();
        try {
            Tenant owner = slot.tenant;
            if (owner == null || slot.state != State.AWAY) {
                return;
            }
            owner.away.remove(slot);
            owner.waiting.add(slot);
            slot.state = State.WAITING;
            takeTurn(owner);
        } finally {
            lock.unlock();
        }
        Duration left = admission.maxWait().minusNanos(delayer.nanoTime() - slot.since);
        try {
            watched(slot, left, () -> waitedTooLong(slot));
        } catch (Throwable noTimer) {
            slot.refused.accept(TransportFailures.inBody(noTimer));
        }
        admitWaiting();
    }

    /** Sets the timer of a call that waits. Without one the call leaves the queue, because nothing would bound its wait. */
    private void watched(Slot slot, Duration time, Runnable then) {
        try {
            slot.watch(delayer.after(Math.max(0, Delayer.nanos(time)), then));
        } catch (Throwable noTimer) {
            leave(slot);
            throw noTimer;
        }
    }

    /** The call has ended: gives its slot to the next one, or leaves the queue. Idempotent; repeatable after a shortage. */
    void leave(Slot slot) {
        lock.lock();
        try {
            Tenant owner = slot.tenant;
            if (owner != null && slot.state == State.ADMITTED) {
                running--;
                owner.running--;
                slot.end();
                takeTurn(owner);
                forgetIfIdle(owner);
            } else if (owner != null && slot.isQueued()) {
                dequeue(slot, owner);
            }
        } finally {
            lock.unlock();
        }
        slot.stopWatching();
        admitWaiting();
    }

    /** Refuses the calls that wait, and those to come. */
    void refuse(Failure reason) {
        List<Slot> all = new ArrayList<>();
        lock.lock();
        try {
            refusal = reason;
            for (Tenant owner : new ArrayList<>(tenants.values())) {
                all.addAll(owner.waiting);
                all.addAll(owner.away);
            }
            for (Slot slot : all) {
                Tenant owner = slot.tenant;
                if (owner != null) {
                    dequeue(slot, owner);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Slot slot : all) {
            slot.stopWatching();
            slot.refused.accept(reason);
        }
    }

    private void waitedTooLong(Slot slot) {
        Failure reason = refusal(AdmissionRefusedException.Reason.WAITED_TOO_LONG);
        lock.lock();
        try {
            Tenant owner = slot.tenant;
            if (owner == null || slot.state != State.WAITING) {
                return;
            }
            dequeue(slot, owner);
        } finally {
            lock.unlock();
        }
        slot.refused.accept(reason);
    }

    private Failure refusal(AdmissionRefusedException.Reason reason) {
        Duration wait = admission.maxWait();
        Duration retryAfter = wait.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : wait;
        return facts -> new AdmissionRefusedException(reason, retryAfter, facts);
    }

    private void admitWaiting() {
        for (Slot next = admitNext(); next != null; next = admitNext()) {
            tell(next);
        }
    }

    private @Nullable Slot admitNext() {
        lock.lock();
        try {
            while (running < admission.maxCalls()) {
                Tenant next = turns.poll();
                if (next == null) {
                    return null;
                }
                next.hasTurn = false;
                Iterator<Slot> first = next.waiting.iterator();
                if (first.hasNext()) {
                    Slot slot = first.next();
                    first.remove();
                    queued--;
                    admit(slot);
                    takeTurn(next);
                    return slot;
                }
                forgetIfIdle(next);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Tells a call that it has a slot. Tries again if there is no memory, because its slot would be lost. */
    private void tell(Slot slot) {
        for (int tries = 0; ; tries++) {
            try {
                slot.stopWatching();
                callbacks.execute(() -> slot.admitted.accept(slot));
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private void admit(Slot slot) {
        Tenant owner = slot.tenant;
        if (owner != null) {
            running++;
            owner.running++;
            slot.state = State.ADMITTED;
            slot.wasAdmitted = true;
            slot.wait = delayer.nanoTime() - slot.since;
        }
    }

    private void dequeue(Slot slot, Tenant owner) {
        owner.waiting.remove(slot);
        owner.away.remove(slot);
        queued--;
        slot.wait = delayer.nanoTime() - slot.since;
        slot.end();
        forgetIfIdle(owner);
    }

    /** Puts a tenant into the round, unless it is there, or waits for nothing, or has all its slots. */
    private void takeTurn(Tenant owner) {
        if (!owner.hasTurn && !owner.waiting.isEmpty() && owner.running < admission.maxCallsPerTenant()) {
            turns.add(owner);
            owner.hasTurn = true;
        }
    }

    private void forgetIfIdle(Tenant owner) {
        if (owner.running == 0 && owner.waiting.isEmpty() && owner.away.isEmpty() && !owner.hasTurn) {
            tenants.remove(owner.key);
        }
    }

    private enum State {
        /** In line. */
        WAITING,
        /** Gets in line after a time. */
        AWAY,
        ADMITTED,
        OVER
    }

    private static final class Tenant {

        private final Object key;
        private final Set<Slot> waiting = new LinkedHashSet<>();
        private final Set<Slot> away = new LinkedHashSet<>();
        private int running;
        private boolean hasTurn;

        private Tenant(Object key) {
            this.key = key;
        }
    }

    /** The slot of one call, or its wait for one. */
    final class Slot {

        private final Consumer<Slot> admitted;
        private final Consumer<Failure> refused;
        private final long since = delayer.nanoTime();
        private volatile State state = State.OVER;
        private volatile boolean hadToWait;
        private volatile boolean wasAdmitted;
        private volatile long wait;
        private volatile boolean watching = true;
        private volatile Delayer.Cancellable watch = () -> {};

        /** The queue's lock guards it. */
        private @Nullable Tenant tenant;

        private Slot(Consumer<Slot> admitted, Consumer<Failure> refused) {
            this.admitted = admitted;
            this.refused = refused;
        }

        /** How long the call has waited, or had to wait. */
        Duration waited() {
            if (!hadToWait) {
                return Duration.ZERO;
            }
            return Duration.ofNanos(isQueued() ? delayer.nanoTime() - since : wait);
        }

        boolean hadToWait() {
            return hadToWait;
        }

        boolean wasAdmitted() {
            return wasAdmitted;
        }

        private boolean isQueued() {
            return state == State.WAITING || state == State.AWAY;
        }

        private void end() {
            state = State.OVER;
        }

        private void watch(Delayer.Cancellable timer) {
            watch = timer;
            if (!watching) {
                timer.cancel();
            }
        }

        private void stopWatching() {
            watching = false;
            watch.cancel();
        }
    }
}
