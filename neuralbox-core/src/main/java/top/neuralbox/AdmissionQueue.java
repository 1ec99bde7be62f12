package top.neuralbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * The places of one client, and the calls that wait for one. The turn goes round among the tenants that wait and may have one
 * more place, so a tenant with a thousand calls delays another by one. Each step costs the same, however many wait.
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

    /** The tenants that wait and may have one more place. */
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
     * Asks for a place. {@link #leave} must follow when the call ends.
     *
     * @param admitted is told of the place each time that there is one: on this thread if there is a place now, else on a
     *     callback thread
     * @param refused is told why there will be none, on any thread
     */
    Place enter(@Nullable String tenant, Consumer<Place> admitted, Consumer<Failure> refused) {
        Place place = new Place(admitted, refused);
        Failure reason = null;
        boolean waits = false;
        lock.lock();
        try {
            Tenant owner = tenants.computeIfAbsent(tenant == null ? NO_TENANT : tenant, Tenant::new);
            place.tenant = owner;
            if (refusal != null) {
                reason = refusal;
            } else if (turns.isEmpty()
                    && running < admission.maxCalls()
                    && owner.running < admission.maxCallsPerTenant()) {
                admit(place);
            } else if (queued < admission.maxQueued()) {
                waits = true;
                place.state = State.WAITING;
                place.hadToWait = true;
                owner.waiting.add(place);
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
            watched(place, admission.maxWait(), () -> waitedTooLong(place));
            admitWaiting();
        } else {
            admitted.accept(place);
        }
        return place;
    }

    /**
     * A call that has a place cannot use it before this time is over: gives the place to the next one. The call gets in line
     * again after the time.
     *
     * @return false if the call must not wait: that would be too long, the queue is full or refuses, or the call has ended
     */
    boolean getInLineAfter(Place place, Duration time) {
        lock.lock();
        try {
            Tenant owner = place.tenant;
            long left = Delayer.nanos(admission.maxWait()) - (delayer.nanoTime() - place.since);
            if (owner == null
                    || place.state != State.ADMITTED
                    || refusal != null
                    || queued >= admission.maxQueued()
                    || Delayer.nanos(time) > left) {
                return false;
            }
            running--;
            owner.running--;
            place.state = State.AWAY;
            place.hadToWait = true;
            place.wasAdmitted = false;
            place.watching = true;
            owner.away.add(place);
            queued++;
            takeTurn(owner);
        } finally {
            lock.unlock();
        }
        watched(place, time, () -> getInLine(place));
        admitWaiting();
        return true;
    }

    private void getInLine(Place place) {
        lock.lock();
        try {
            Tenant owner = place.tenant;
            if (owner == null || place.state != State.AWAY) {
                return;
            }
            owner.away.remove(place);
            owner.waiting.add(place);
            place.state = State.WAITING;
            takeTurn(owner);
        } finally {
            lock.unlock();
        }
        Duration left = admission.maxWait().minusNanos(delayer.nanoTime() - place.since);
        try {
            watched(place, left, () -> waitedTooLong(place));
        } catch (Throwable noTimer) {
            place.refused.accept(TransportFailures.inBody(noTimer));
        }
        admitWaiting();
    }

    /** Sets the timer of a call that waits. Without one the call leaves the queue, because nothing would bound its wait. */
    private void watched(Place place, Duration time, Runnable then) {
        try {
            place.watch(delayer.after(Math.max(0, Delayer.nanos(time)), then));
        } catch (Throwable noTimer) {
            leave(place);
            throw noTimer;
        }
    }

    /** The call has ended: gives its place to the next one, or leaves the queue. Idempotent; repeatable after a shortage. */
    void leave(Place place) {
        lock.lock();
        try {
            Tenant owner = place.tenant;
            if (owner != null && place.state == State.ADMITTED) {
                running--;
                owner.running--;
                place.end();
                takeTurn(owner);
                forgetIfIdle(owner);
            } else if (owner != null && place.isQueued()) {
                dequeue(place, owner);
            }
        } finally {
            lock.unlock();
        }
        place.stopWatching();
        admitWaiting();
    }

    /** Refuses the calls that wait, and those to come. */
    void refuse(Failure reason) {
        List<Place> all = new ArrayList<>();
        lock.lock();
        try {
            refusal = reason;
            for (Tenant owner : new ArrayList<>(tenants.values())) {
                all.addAll(owner.waiting);
                all.addAll(owner.away);
            }
            for (Place place : all) {
                Tenant owner = place.tenant;
                if (owner != null) {
                    dequeue(place, owner);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Place place : all) {
            place.stopWatching();
            place.refused.accept(reason);
        }
    }

    private void waitedTooLong(Place place) {
        Failure reason = refusal(AdmissionRefusedException.Reason.WAITED_TOO_LONG);
        lock.lock();
        try {
            Tenant owner = place.tenant;
            if (owner == null || place.state != State.WAITING) {
                return;
            }
            dequeue(place, owner);
        } finally {
            lock.unlock();
        }
        place.refused.accept(reason);
    }

    private Failure refusal(AdmissionRefusedException.Reason reason) {
        Duration wait = admission.maxWait();
        Duration retryAfter = wait.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : wait;
        return facts -> new AdmissionRefusedException(reason, retryAfter, facts);
    }

    private void admitWaiting() {
        for (Place next = admitNext(); next != null; next = admitNext()) {
            tell(next);
        }
    }

    private @Nullable Place admitNext() {
        lock.lock();
        try {
            while (running < admission.maxCalls()) {
                Tenant next = turns.poll();
                if (next == null) {
                    return null;
                }
                next.hasTurn = false;
                Iterator<Place> first = next.waiting.iterator();
                if (first.hasNext()) {
                    Place place = first.next();
                    first.remove();
                    queued--;
                    admit(place);
                    takeTurn(next);
                    return place;
                }
                forgetIfIdle(next);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Tells a call that it has a place. Tries again if there is no memory, because its place would be lost. */
    private void tell(Place place) {
        for (int tries = 0; ; tries++) {
            try {
                place.stopWatching();
                callbacks.execute(() -> place.admitted.accept(place));
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private void admit(Place place) {
        Tenant owner = place.tenant;
        if (owner != null) {
            running++;
            owner.running++;
            place.state = State.ADMITTED;
            place.wasAdmitted = true;
            place.wait = delayer.nanoTime() - place.since;
        }
    }

    private void dequeue(Place place, Tenant owner) {
        owner.waiting.remove(place);
        owner.away.remove(place);
        queued--;
        place.wait = delayer.nanoTime() - place.since;
        place.end();
        forgetIfIdle(owner);
    }

    /** Puts a tenant into the round, unless it is there, or waits for nothing, or has all its places. */
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
        private final Set<Place> waiting = new LinkedHashSet<>();
        private final Set<Place> away = new LinkedHashSet<>();
        private int running;
        private boolean hasTurn;

        private Tenant(Object key) {
            this.key = key;
        }
    }

    /** The place of one call, or its wait for one. */
    final class Place {

        private final Consumer<Place> admitted;
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

        private Place(Consumer<Place> admitted, Consumer<Failure> refused) {
            this.admitted = admitted;
            this.refused = refused;
        }

        /** How long the call has waited, or had to wait. */
        Duration waited() {
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
