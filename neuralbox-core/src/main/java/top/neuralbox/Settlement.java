package top.neuralbox;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a generation cost to the one who set credits aside for it, in whichever order the grant and the end come, and
 * to everybody when a bill becomes known that was unknown at the end. Thread-safe.
 */
final class Settlement {

    private final GenerationInfo info;
    private final List<GenerationListener> listeners;
    private final CompletableFuture<CreditGuard.Reservation> reservation = new CompletableFuture<>();
    private final AtomicReference<@Nullable BillingState> told = new AtomicReference<>();

    Settlement(GenerationInfo info, List<GenerationListener> listeners) {
        this.info = info;
        this.listeners = listeners;
    }

    /** Credits were set aside, maybe for a generation that has ended meanwhile. */
    void reserved(CreditGuard.Reservation granted) {
        reservation.complete(granted);
    }

    /** The generation ended. Only the first call counts. */
    void ended(GenerationOutcome outcome) {
        if (told.compareAndSet(null, outcome.billingState())) {
            tell(outcome);
        }
    }

    /** The bill of a pending generation became known. Only the first call counts. */
    void known(GenerationOutcome outcome) {
        if (told.compareAndSet(BillingState.UNKNOWN, outcome.billingState())) {
            tell(outcome);
            listeners.forEach(listener -> fenced(() -> listener.settled(info, outcome)));
        }
    }

    private void tell(GenerationOutcome outcome) {
        var unused = reservation.thenAccept(granted -> fenced(() -> granted.ended(outcome)));
    }

    private static void fenced(Runnable foreign) {
        try {
            foreign.run();
        } catch (Throwable t) {
            Log.listenerThrew(t);
        }
    }
}
