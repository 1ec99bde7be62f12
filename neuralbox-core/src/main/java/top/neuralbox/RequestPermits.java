package top.neuralbox;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportResponse;

/** Gets the budget's permit for each request of one call. The requests of a call follow one another. */
final class RequestPermits {

    /** Used when there is no memory to load {@link TransportFailures}, so it is loaded with this class. */
    private static final Failure NO_MEMORY = TransportFailures.NO_MEMORY;

    private final @Nullable CreditGuard budget;
    private final GenerationInfo info;
    private final Executor callbacks;

    /** The permit that came with the generation's credits, until it is used. */
    private volatile @Nullable Permit first;

    /**
     * Permits for a call.
     *
     * @param callbacks goes on when the budget has answered, because the budget may have chosen the thread
     */
    RequestPermits(@Nullable CreditGuard budget, GenerationInfo info, Executor callbacks) {
        this.budget = budget;
        this.info = info;
        this.callbacks = callbacks;
    }

    /** Sets the permit for the first request that is sent. */
    void first(CreditGuard.RequestPermit permit) {
        first = budget == null ? null : new Permit(permit, true);
    }

    /** Passes on a permit for the next request, or the refusal. */
    void next(Consumer<Permit> granted, Consumer<Failure> refused) {
        Permit open = first;
        if (open != null && !open.told.get()) {
            granted.accept(open);
            return;
        }
        if (budget == null) {
            granted.accept(Permit.UNCOUNTED);
            return;
        }
        CompletionStage<CreditGuard.RequestPermit> asked;
        try {
            asked = Objects.requireNonNull(budget.reserveRequest(info), "reserveRequest");
        } catch (Throwable t) {
            refused.accept(refusal(t));
            return;
        }
        AtomicBoolean told = new AtomicBoolean();
        var unused = asked.whenComplete((grant, error) -> {
            if (!told.compareAndSet(false, true)) {
                // The stage is foreign, and may report twice. The request must not be sent twice.
                return;
            }
            try {
                callbacks.execute(() -> answered(grant, error, granted, refused));
            } catch (OutOfMemoryError full) {
                // The stage would swallow it, and the call would wait for ever.
                refused.accept(NO_MEMORY);
            }
        });
    }

    private static void answered(
            CreditGuard.@Nullable RequestPermit grant,
            @Nullable Throwable error,
            Consumer<Permit> granted,
            Consumer<Failure> refused) {
        try {
            if (grant != null) {
                granted.accept(new Permit(grant, false));
                return;
            }
            refused.accept(refusal(error));
        } catch (OutOfMemoryError full) {
            refused.accept(NO_MEMORY);
        }
    }

    private static Failure refusal(@Nullable Throwable error) {
        return failure(Settlement.refusal(error));
    }

    /** The refusal, with the facts of the call that it ends. */
    static Failure failure(NeuralBoxException refusal) {
        if (refusal instanceof BudgetExceededException exceeded) {
            return exceeded::in;
        }
        return refusal instanceof BudgetUnavailableException unavailable ? unavailable::in : facts -> refusal;
    }

    /** The permit for one request. Only the first report of its fate counts. Exceptions of the budget are logged. */
    static final class Permit {

        private static final Permit UNCOUNTED = new Permit(CreditGuard.RequestPermit.UNCOUNTED, true);

        private final CreditGuard.RequestPermit permit;
        private final boolean reusable;
        private final AtomicBoolean told = new AtomicBoolean();

        private Permit(CreditGuard.RequestPermit permit, boolean reusable) {
            this.permit = permit;
            this.reusable = reusable;
        }

        void sent() {
            if (told.compareAndSet(false, true)) {
                fenced(permit::sent);
            }
        }

        void notSent() {
            if (!reusable && told.compareAndSet(false, true)) {
                fenced(permit::notSent);
            }
        }

        void answered(TransportResponse head) {
            if (permit != CreditGuard.RequestPermit.UNCOUNTED) {
                fenced(() -> permit.answered(RateLimits.of(head)));
            }
        }

        private static void fenced(Runnable foreign) {
            try {
                foreign.run();
            } catch (Throwable t) {
                Log.guardThrew(t);
            }
        }
    }
}
