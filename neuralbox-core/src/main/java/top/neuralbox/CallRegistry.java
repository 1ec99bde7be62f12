package top.neuralbox;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.MemoryWait;

/** The calls of a client that hold resources, so that the client can be drained and closed. Thread-safe. */
final class CallRegistry {

    /** A registered call. */
    interface CloseListener {
        /** The client was closed: the call must release everything. */
        void clientClosed();
    }

    /** A call that a drain waits for. */
    interface DrainedCall extends CloseListener {
        /**
         * What is known of the call while its end has not been delivered. Called from any thread, long after {@link
         * #clientClosed}: a callback of the call blocks then.
         */
        DrainResult.Cut cut();
    }

    private final Set<CloseListener> calls = ConcurrentHashMap.newKeySet();

    /**
     * The calls that began with {@link #begin} and have not {@link #ended}. A call is reported to the drain before it leaves, so
     * that no other call can end the drain in between.
     */
    private final ConcurrentHashMap<DrainedCall, Boolean> underWay = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Drain> drain = new AtomicReference<>();
    private final @Nullable AdmissionQueue admission;
    private volatile boolean closed;

    /** @param admission the slots of the calls; null if there is no limit */
    CallRegistry(@Nullable AdmissionQueue admission) {
        this.admission = admission;
    }

    @Nullable
    AdmissionQueue admission() {
        return admission;
    }

    /** Registers a call that a drain waits for; {@link #ended} must follow. Returns false if {@link #refusal} applies. */
    boolean begin(DrainedCall call) {
        underWay.put(call, true);
        if (drain.get() == null && add(call)) {
            return true;
        }
        boolean unused = waits(call);
        return false;
    }

    /** Registers a part of another call, for example one question of a poll. Returns false if the client is closed. */
    boolean add(CloseListener call) {
        calls.add(call);
        if (closed) {
            calls.remove(call);
            return false;
        }
        return true;
    }

    /**
     * Registers a call that takes the place of another one, before the other's end is delivered. If a drain waits for the other
     * one, it waits for this one instead. Returns false if {@link #refusal} applies; {@link #ended} must follow then too.
     */
    boolean replace(DrainedCall other, DrainedCall call) {
        if (underWay.containsKey(other)) {
            underWay.put(call, true);
            underWay.remove(other);
        }
        boolean added = add(call);
        Drain draining = drain.get();
        if (added && draining != null && draining.isCutting()) {
            // The cut may have passed by already.
            end(call);
        }
        return added;
    }

    void remove(CloseListener call) {
        calls.remove(call);
    }

    /** The end of a call was delivered. No call is reported twice, nor one that {@link #begin} did not register. */
    void ended(DrainedCall call, @Nullable GenerationInfo info, @Nullable NeuralBoxException error) {
        boolean left = false;
        for (int tries = 0; !left; tries++) {
            try {
                leave(call, draining -> draining.ended(info, error));
                left = true;
            } catch (OutOfMemoryError full) {
                // A drain would wait for this call until its patience is over.
                MemoryWait.forAnotherTry(tries, full);
            }
        }
        finishIfIdle();
    }

    private void leave(DrainedCall call, Consumer<Drain> report) {
        underWay.computeIfPresent(call, (left, isUnderWay) -> {
            Drain draining = drain.get();
            if (draining != null) {
                report.accept(draining);
            }
            return null;
        });
    }

    /**
     * A call that began waits for its admission again, so a drain does not wait for it; {@link #begin} may follow. It stays
     * registered, so that a close ends it. Returns whether it had begun, and has not ended.
     */
    boolean waits(DrainedCall call) {
        if (underWay.remove(call) == null) {
            return false;
        }
        finishIfIdle();
        return true;
    }

    /** A call that was to wait ends instead, so a drain waits for its end after all. {@link #ended} must follow. */
    void waitsNoMore(DrainedCall call) {
        underWay.put(call, true);
    }

    private void finishIfIdle() {
        Drain draining = drain.get();
        if (draining != null && underWay.isEmpty()) {
            draining.finish();
        }
    }

    /** Whether no new call may begin. */
    boolean isRefusing() {
        return closed || drain.get() != null;
    }

    /** Why no new call may begin. */
    Failure refusal() {
        return closed
                ? facts -> new GenerationCancelledException(GenerationCancelledException.Reason.CLIENT_CLOSED, facts)
                : facts -> new AdmissionRefusedException(AdmissionRefusedException.Reason.DRAINING, null, facts);
    }

    /** Refuses new calls from now on. Returns the drain that is under way: this one, unless there was one before. */
    Drain drain(Drain next) {
        Drain before = drain.compareAndExchange(null, next);
        refuseWaiting();
        return before == null ? next : before;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isIdle() {
        return underWay.isEmpty();
    }

    /** Ends the registered calls. */
    void cut() {
        for (int tries = 0; ; tries++) {
            try {
                calls.forEach(CallRegistry::end);
                return;
            } catch (OutOfMemoryError full) {
                // To end a call twice changes nothing.
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** Reports the calls whose end is not delivered. Reports each call once, even if this runs again. */
    void reportStuck() {
        for (DrainedCall call : List.copyOf(underWay.keySet())) {
            DrainResult.Cut known = cut(call);
            leave(call, draining -> draining.stuck(known));
        }
    }

    private static DrainResult.Cut cut(DrainedCall call) {
        try {
            return call.cut();
        } catch (Throwable t) {
            // The transport was asked, which is foreign.
            Log.transportThrew(t);
            return new DrainResult.Cut(
                    null,
                    new GenerationCancelledException(
                            GenerationCancelledException.Reason.CLIENT_CLOSED, CallFacts.NONE));
        }
    }

    private void refuseWaiting() {
        if (admission != null) {
            admission.refuse(refusal());
        }
    }

    /** Ends one call. An exception does not keep the other calls from ending. */
    private static void end(CloseListener call) {
        for (int tries = 0; ; tries++) {
            try {
                call.clientClosed();
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            } catch (Throwable t) {
                Log.transportThrew(t);
                return;
            }
        }
    }

    /** Ends every call, and registers no further ones. Idempotent. */
    void close() {
        // Before and after: a drain may begin in between, and what ends from here on was cut.
        cutting();
        closed = true;
        cutting();
        refuseWaiting();
        cut();
    }

    private void cutting() {
        Drain draining = drain.get();
        if (draining != null) {
            draining.cutting();
        }
    }

    /** The client is closed. */
    void closed() {
        Drain draining = drain.get();
        if (draining != null) {
            draining.closed();
        }
    }
}
