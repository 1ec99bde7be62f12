package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.MemoryWait;

/**
 * Polls for a pending result, from the first wait to its single end, {@link #end}. Its steps follow one another: a wait, a
 * query, an answer. Only cancellations and the last timer come from other threads.
 */
final class PendingPoll implements CallRegistry.DrainedCall {

    private final ClientSettings settings;
    private final CallRegistry registry;
    private final Bills bills;
    private final GenerationAnswer.Pending pending;
    private final String id;
    private final Polling polling;
    private final CarriedContext context;
    private final Executor settler;
    private final GenerationQuery query;

    private final CompletableFuture<GenerationAnswer> result = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Duration wait;
    private volatile CompletableFuture<?> question = CompletableFuture.completedFuture(null);
    private volatile Delayer.Cancellable next = () -> {};
    private volatile Delayer.Cancellable last = () -> {};

    /**
     * A poll that has not started.
     *
     * @param settler reports the progress and completes the future
     */
    PendingPoll(
            ClientSettings settings,
            CallRegistry registry,
            Bills bills,
            GenerationAnswer.Pending pending,
            Polling polling,
            Executor settler) {
        this.settings = settings;
        this.registry = registry;
        this.bills = bills;
        this.pending = Objects.requireNonNull(pending, "pending");
        this.id = Objects.requireNonNull(pending.id());
        this.polling = Objects.requireNonNull(polling, "polling");
        this.context = settings.carried();
        this.settler = context.around(settler);
        String tenant = pending.tenant() == null ? bills.tenant(id) : pending.tenant();
        this.query = new GenerationQuery(settings, registry, id, true, tenant, context, this.settler);
        bills.requireReservation(pending.reservation());
        this.wait = polling.firstWait();
    }

    /** Begins with a wait. Call this once. Completing the future from outside stops the poll. */
    CompletableFuture<GenerationAnswer> start() {
        var unused = result.whenComplete((answer, error) -> cancel(GenerationCancelledException.Reason.CALLER));
        if (registry.begin(this)) {
            try {
                last = settings.later(Delayer.nanos(polling.total()), this::tooLate);
                pause(pending.eta(), Duration.ZERO);
            } catch (Throwable noTimer) {
                failSurely(noTimer);
            }
            if (ended.get()) {
                last.cancel();
            }
        } else {
            fail(registry.refusal().in(facts(BillingState.UNKNOWN)));
        }
        return result;
    }

    void cancel(GenerationCancelledException.Reason reason) {
        fail(new GenerationCancelledException(reason, facts(BillingState.UNKNOWN)));
    }

    @Override
    public void clientClosed() {
        cancel(GenerationCancelledException.Reason.CLIENT_CLOSED);
    }

    private void tooLate() {
        fail(new GenerationTimeoutException(
                GenerationTimeoutException.Timer.TOTAL, polling.total(), null, facts(BillingState.UNKNOWN)));
    }

    /**
     * Starts the next wait, but does not wait beyond the time at which the result may be ready.
     *
     * @param asked the shortest wait that the service asks for
     */
    private void pause(@Nullable Duration eta, Duration asked) {
        Duration turn = atLeastShortest(wait);
        wait = polling.after(turn);
        Duration until = turn;
        if (eta != null && eta.compareTo(turn) < 0) {
            until = eta.compareTo(polling.firstWait()) > 0 ? eta : polling.firstWait();
        }
        Duration least = atLeastShortest(asked.compareTo(until) > 0 ? asked : until);
        next = settings.later(Delayer.nanos(least), () -> context.run(this::ask));
        if (ended.get()) {
            next.cancel();
        }
    }

    private static Duration atLeastShortest(Duration wait) {
        return wait.compareTo(RetryPolicy.SHORTEST_WAIT) < 0 ? RetryPolicy.SHORTEST_WAIT : wait;
    }

    private void ask() {
        if (ended.get()) {
            return;
        }
        asked.incrementAndGet();
        try {
            CompletableFuture<GenerationQuery.State> asking = query.ask();
            question = asking;
            if (ended.get()) {
                asking.cancel(false);
            }
            var unused = asking.whenComplete(this::toldOrFailed);
        } catch (Throwable t) {
            // A callback thread would only log it.
            failSurely(t);
        }
    }

    private void toldOrFailed(GenerationQuery.@Nullable State state, @Nullable Throwable error) {
        if (ended.get()) {
            return;
        }
        try {
            told(state, error);
        } catch (Throwable t) {
            // The stage would swallow it, and the poll would go on without a question.
            failSurely(t);
        }
    }

    /** Fails, and tries again if there is no memory for that. */
    private void failSurely(Throwable error) {
        for (int tries = 0; ; tries++) {
            try {
                fail(error);
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private void told(GenerationQuery.@Nullable State state, @Nullable Throwable error) {
        if (state == null) {
            unanswered(GenerationQuery.cause(Objects.requireNonNull(error)));
            return;
        }
        NeuralBoxException failure = state.failure(asked.get());
        if (failure == null && state.answer() instanceof GenerationAnswer.Pending still) {
            tell(still.reservedAs(pending.reservation()));
            pause(still.eta(), Duration.ZERO);
            return;
        }
        bills.settle(id, pending.reservation(), pending.settlement(), state.outcome(failure));
        if (failure == null) {
            end(null, () -> result.complete(state.answer()));
        } else {
            fail(failure);
        }
    }

    private void unanswered(Throwable cause) {
        if (worthAnother(cause)) {
            Duration askedFor = ((NeuralBoxException) cause).retryAfter();
            pause(null, askedFor == null ? Duration.ZERO : askedFor);
        } else {
            fail(cause);
        }
    }

    /** Whether the failure may be temporary. A query costs nothing, so another one follows then. */
    private static boolean worthAnother(Throwable error) {
        if (error instanceof ApiException refusal) {
            Integer status = refusal.status();
            return status != null && (status == 429 || status >= 500);
        }
        if (error instanceof BudgetExceededException refusal) {
            return refusal.retryAfter() != null;
        }
        return error instanceof ConnectionException
                || error instanceof StreamBrokenException
                || error instanceof GenerationTimeoutException
                || error instanceof BudgetUnavailableException;
    }

    private void tell(GenerationAnswer.Pending still) {
        try {
            polling.progress().accept(still);
        } catch (Throwable t) {
            Log.progressThrew(t);
        }
    }

    @Override
    public DrainResult.Cut cut() {
        return new DrainResult.Cut(
                null,
                new GenerationCancelledException(
                        GenerationCancelledException.Reason.CLIENT_CLOSED, facts(BillingState.UNKNOWN)));
    }

    private void fail(Throwable error) {
        end(error, () -> result.completeExceptionally(error));
    }

    /** The only end of the poll. */
    private void end(@Nullable Throwable error, Runnable settle) {
        if (ended.compareAndSet(false, true)) {
            next.cancel();
            last.cancel();
            question.cancel(false);
            for (int tries = 0; ; tries++) {
                try {
                    settler.execute(() -> deliver(error, settle));
                    return;
                } catch (OutOfMemoryError full) {
                    // The future would never complete.
                    MemoryWait.forAnotherTry(tries, full);
                }
            }
        }
    }

    private void deliver(@Nullable Throwable error, Runnable settle) {
        try {
            MemoryWait.run(settle);
        } catch (OutOfMemoryError stillFull) {
            // It is given up. The caller of this method would try again.
            Log.outOfMemory(stillFull);
        } finally {
            left(error);
        }
    }

    private void left(@Nullable Throwable error) {
        registry.remove(this);
        registry.ended(this, null, error instanceof NeuralBoxException known ? known : null);
    }

    private CallFacts facts(BillingState state) {
        return new CallFacts(
                asked.get() == 0 ? NeuralBoxException.Phase.NOT_SENT : NeuralBoxException.Phase.HEAD,
                asked.get(),
                Duration.ZERO,
                Duration.ZERO,
                null,
                pending.requestId(),
                null,
                state,
                pending.rateLimits(),
                pending.responseHeaders(),
                new PartialGeneration(id, pending.model(), "", false, null));
    }
}
