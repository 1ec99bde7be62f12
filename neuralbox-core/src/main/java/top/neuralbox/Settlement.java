package top.neuralbox;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a generation cost to the one who set credits aside for it, in whichever order the grant and the end come, and
 * to everybody when a bill becomes known that was unknown at the end. Thread-safe.
 */
final class Settlement {

    /** Sets credits aside, or returns null if that is nobody's business. */
    @FunctionalInterface
    interface Reserving {
        @Nullable
        CompletionStage<CreditGuard.Reservation> reserve(GenerationRequest request, GenerationInfo info);
    }

    private final GenerationInfo info;
    private final List<GenerationListener> listeners;
    private final CompletableFuture<CreditGuard.Reservation> reservation = new CompletableFuture<>();
    private final AtomicReference<@Nullable BillingState> told = new AtomicReference<>();
    private final AtomicBoolean known = new AtomicBoolean();

    Settlement(GenerationInfo info, List<GenerationListener> listeners) {
        this.info = info;
        this.listeners = listeners;
    }

    /**
     * Has credits set aside, if somebody is to, and then runs one of the two, on whichever thread grants or refuses. A grant
     * may come when the generation has ended meanwhile.
     */
    void reserve(
            Reserving reserving, GenerationRequest request, Runnable granted, Consumer<NeuralBoxException> refused) {
        CompletionStage<CreditGuard.Reservation> asked;
        try {
            asked = reserving.reserve(request, info);
        } catch (Throwable t) {
            refused.accept(refusal(t));
            return;
        }
        if (asked == null) {
            granted.run();
            return;
        }
        asked.whenComplete((grant, error) -> {
            if (grant == null) {
                refused.accept(refusal(error));
            } else {
                reservation.complete(grant);
                granted.run();
            }
        });
    }

    /** The generation ended. Only the first call counts. */
    void ended(GenerationOutcome outcome) {
        if (told.compareAndSet(null, outcome.billingState())) {
            tell(outcome);
        }
    }

    /**
     * The bill of a pending generation became known: the charge, or the cost that the service tells of, or both. Only the first
     * call counts.
     */
    void known(GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        boolean tells =
                outcome.billingState() != BillingState.UNKNOWN || (billing != null && billing.creditsUsed() != null);
        if (tells && told.get() == BillingState.UNKNOWN && known.compareAndSet(false, true)) {
            tell(outcome);
            listeners.forEach(listener -> fenced(() -> listener.settled(info, outcome)));
        }
    }

    private void tell(GenerationOutcome outcome) {
        var unused = reservation.thenAccept(grant -> fenced(() -> grant.ended(outcome)));
    }

    private static NeuralBoxException refusal(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof BudgetExceededException || cause instanceof BudgetUnavailableException
                ? (NeuralBoxException) cause
                : new BudgetUnavailableException("the budget could not be asked", cause);
    }

    private static void fenced(Runnable foreign) {
        try {
            foreign.run();
        } catch (Throwable t) {
            Log.listenerThrew(t);
        }
    }
}
