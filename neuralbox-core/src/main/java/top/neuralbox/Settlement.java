package top.neuralbox;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.MemoryWait;

/**
 * Reports the outcome of a generation to its reservation of credits; the grant and the end may come in any order. If an
 * unknown bill becomes known after the end, it also notifies the listeners. Thread-safe.
 */
final class Settlement {

    /** Reserves the credits, and keeps the bill if it stays unknown. */
    interface Reserving {

        /** Reserves credits, or returns null if there is no budget. */
        @Nullable
        CompletionStage<CreditGuard.Reservation> reserve(GenerationRequest request, GenerationInfo info);

        /** The generation of this id ended, and its bill is unknown. */
        void keep(String id, Settlement bill);
    }

    /** In {@link #late}: the listeners have heard of the end. */
    private static final Object HEARD = new Object();

    private final GenerationInfo info;
    private final List<GenerationListener> listeners;
    private final CompletableFuture<CreditGuard.Reservation> reservation = new CompletableFuture<>();
    private final AtomicReference<@Nullable BillingState> told = new AtomicReference<>();
    private final AtomicBoolean known = new AtomicBoolean();

    /** Whether the end of the generation named a cost. Listeners have counted it, although the charge was unknown. */
    private volatile boolean costTold;

    private volatile @Nullable Reserving reserving;

    /** What the listeners must hear after the end: an outcome if it is known before, then {@link #HEARD}. */
    private final AtomicReference<@Nullable Object> late = new AtomicReference<>();

    Settlement(GenerationInfo info, List<GenerationListener> listeners) {
        this.info = info;
        this.listeners = listeners;
    }

    /**
     * Reserves credits and a request if there is a budget, and then runs {@code granted} or {@code refused}, on the thread that
     * grants or refuses. A grant may come after the generation has ended.
     *
     * @param granted gets the permit for the first request
     */
    void reserve(
            Reserving reserving,
            GenerationRequest request,
            Consumer<CreditGuard.RequestPermit> granted,
            Consumer<NeuralBoxException> refused) {
        this.reserving = reserving;
        // Created before the reservation, so that nothing is reserved if there is no memory for it.
        AtomicBoolean answered = new AtomicBoolean();
        BiConsumer<CreditGuard.@Nullable Reservation, @Nullable Throwable> heard = (grant, error) -> {
            if (!answered.compareAndSet(false, true)) {
                // A foreign stage that reports twice must not send twice.
                return;
            }
            if (grant == null) {
                refused.accept(refusalFor(error));
            } else {
                reservation.complete(grant);
                granted.accept(firstRequest(grant));
            }
        };
        CompletionStage<CreditGuard.Reservation> asked;
        try {
            asked = reserving.reserve(request, info);
        } catch (Throwable t) {
            refused.accept(refusalFor(t));
            return;
        }
        if (asked == null) {
            granted.accept(CreditGuard.RequestPermit.UNCOUNTED);
            return;
        }
        hear(asked, heard);
    }

    /** Hears of the reservation. Tries again if there is no memory, because nobody would release the reservation. */
    private static void hear(
            CompletionStage<CreditGuard.Reservation> asked,
            BiConsumer<CreditGuard.@Nullable Reservation, @Nullable Throwable> heard) {
        for (int tries = 0; ; tries++) {
            try {
                asked.whenComplete(heard);
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** As {@link #refusal}. Tries again if there is no memory, because the call would wait for ever. */
    private static NeuralBoxException refusalFor(@Nullable Throwable error) {
        for (int tries = 0; ; tries++) {
            try {
                return refusal(error);
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** The generation ended. Only the first call counts. */
    void ended(GenerationOutcome outcome) {
        if (told.compareAndSet(null, outcome.billingState())) {
            costTold = outcome.tellsTheCost();
            try {
                keepIfUnknown(outcome);
                tell(outcome);
            } catch (OutOfMemoryError full) {
                // The reservation was not notified: exceptions that it throws itself are fenced.
                told.set(null);
                throw full;
            }
        }
    }

    private void keepIfUnknown(GenerationOutcome outcome) {
        Reserving keeper = reserving;
        String id = outcome.id();
        if (keeper != null && id != null && outcome.billingState() == BillingState.UNKNOWN) {
            keeper.keep(id, this);
        }
    }

    /**
     * The bill became known: whether it was charged, or its cost, or both. Only the first call that brings news counts. A cost
     * that the end named already is no news: listeners would add it twice.
     *
     * @return whether the bill is known now, so that nothing is left to ask for
     */
    boolean known(GenerationOutcome outcome) {
        GenerationOutcome news = costTold ? outcome.withoutCost() : outcome;
        if (news.tellsTheBill() && told.get() == BillingState.UNKNOWN && known.compareAndSet(false, true)) {
            try {
                tellLate(outcome, news);
            } catch (OutOfMemoryError stillFull) {
                // The answer that told the bill must still reach its caller.
                Log.outOfMemory(stillFull);
            }
        }
        return known.get();
    }

    /** Tries again if there is no memory, and then goes on where it stopped: nobody else would tell the bill. */
    private void tellLate(GenerationOutcome outcome, GenerationOutcome news) {
        boolean budgetTold = false;
        GenerationOutcome heard = null;
        for (int tries = 0; heard == null; tries++) {
            try {
                if (!budgetTold) {
                    tell(outcome.with(info.attributes()));
                    budgetTold = true;
                }
                heard = news.with(info.attributes());
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
        if (!late.compareAndSet(null, heard)) {
            tellListeners(heard);
        }
    }

    /** The listeners have heard of the end. So they may hear of a bill that became known meanwhile. */
    void listenersHeard() {
        if (late.getAndSet(HEARD) instanceof GenerationOutcome waiting) {
            tellListeners(waiting);
        }
    }

    /** As {@link #tellLate}, if there is no memory. */
    private void tellListeners(GenerationOutcome heard) {
        int next = 0;
        int tries = 0;
        while (next < listeners.size()) {
            try {
                GenerationListener listener = listeners.get(next);
                next++;
                settled(listener, heard);
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
                tries++;
            }
        }
    }

    private void settled(GenerationListener listener, GenerationOutcome heard) {
        try {
            listener.settled(info, heard);
        } catch (Throwable t) {
            Log.listenerThrew(t);
        }
    }

    @Nullable
    String tenant() {
        return info.tenant();
    }

    private void tell(GenerationOutcome outcome) {
        var unused = reservation.thenAccept(grant -> tell(grant, outcome));
    }

    private static void tell(CreditGuard.Reservation grant, GenerationOutcome outcome) {
        try {
            grant.ended(outcome);
        } catch (Throwable t) {
            Log.guardThrew(t);
        }
    }

    private static CreditGuard.RequestPermit firstRequest(CreditGuard.Reservation grant) {
        try {
            CreditGuard.RequestPermit permit = grant.firstRequest();
            return permit == null ? CreditGuard.RequestPermit.UNCOUNTED : permit;
        } catch (Throwable t) {
            Log.guardThrew(t);
            return CreditGuard.RequestPermit.UNCOUNTED;
        }
    }

    /** The exception to end a call with that a budget refuses. */
    static NeuralBoxException refusal(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return cause instanceof BudgetExceededException || cause instanceof BudgetUnavailableException
                ? (NeuralBoxException) cause
                : new BudgetUnavailableException("the budget failed", cause);
    }
}
