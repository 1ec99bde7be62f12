package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a pending result, from the first wait to the one end, {@link #end}. Its steps follow one another: a wait, a
 * question, an answer; only cancellations and the last timer come from elsewhere.
 */
final class PendingPoll implements CallRegistry.Call {

    /** Of the two documented paths, the one that tells the progress comes first. */
    private static final String STATUS = "generate/status";

    private static final String GENERATION = "generate";

    private final ClientSettings settings;
    private final CallRegistry registry;
    private final GenerationAnswer.Pending pending;
    private final String id;
    private final Polling polling;
    private final CarriedContext context;
    private final Executor settler;

    private final CompletableFuture<GenerationAnswer> result = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Duration wait;
    private volatile String path = STATUS;
    private volatile CompletableFuture<?> question = CompletableFuture.completedFuture(null);
    private volatile Delayer.Cancellable next = () -> {};
    private volatile Delayer.Cancellable last = () -> {};

    /**
     * A poll that stands still.
     *
     * @param settler where the progress is told and the future is settled
     */
    PendingPoll(
            ClientSettings settings,
            CallRegistry registry,
            GenerationAnswer.Pending pending,
            Polling polling,
            Executor settler) {
        this.settings = settings;
        this.registry = registry;
        this.pending = Objects.requireNonNull(pending, "pending");
        this.id = Objects.requireNonNull(pending.id());
        this.polling = Objects.requireNonNull(polling, "polling");
        this.context = settings.carried();
        this.settler = context.around(settler);
        this.wait = polling.firstWait();
    }

    /** Begins with a wait. Once. Settling the future from outside stops the poll. */
    CompletableFuture<GenerationAnswer> start() {
        var unused = result.whenComplete((answer, error) -> cancel(GenerationCancelledException.Reason.CALLER));
        if (registry.add(this)) {
            last = settings.delayer().after(Delayer.nanos(polling.total()), this::tooLate);
            pause(pending.eta(), Duration.ZERO);
            if (ended.get()) {
                last.cancel();
            }
        } else {
            clientClosed();
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
     * Waits as long as it is this time's turn to, but not beyond the time at which the result may be ready.
     *
     * @param asked how long the service asks to wait at least
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
        Outgoing outgoing = Outgoing.query(Endpoint.resource(settings.endpoint(), path, id));
        CompletableFuture<Polled> asking =
                new QueryCall<>(settings, registry, outgoing, Polled::decode, context, settler).send();
        question = asking;
        if (ended.get()) {
            asking.cancel(false);
        }
        var unused = asking.whenComplete((polled, error) -> {
            if (!ended.get()) {
                told(polled, error);
            }
        });
    }

    private void told(@Nullable Polled polled, @Nullable Throwable error) {
        if (polled == null) {
            unanswered(Objects.requireNonNull(error));
        } else if (polled.failure != null) {
            NeuralBoxException failure = polled.failure.in(facts(BillingState.UNKNOWN));
            pending.settled(failure, failure.billingState(), failure.partial().billing());
            fail(failure);
        } else if (polled.answer instanceof GenerationAnswer.Pending still) {
            tell(still);
            pause(still.eta(), Duration.ZERO);
        } else {
            pending.settled(null, BillingState.CHARGED, polled.answer.billing());
            end(() -> result.complete(polled.answer));
        }
    }

    private void unanswered(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof ApiException refusal && Objects.equals(refusal.status(), 404) && path.equals(STATUS)) {
            path = GENERATION;
            ask();
        } else if (worthAnother(cause)) {
            Duration askedFor = cause instanceof ApiException refusal ? refusal.retryAfter() : null;
            pause(null, askedFor == null ? Duration.ZERO : askedFor);
        } else {
            fail(cause);
        }
    }

    /** Asking again costs nothing, so whatever may pass is waited out. */
    private static boolean worthAnother(Throwable error) {
        if (error instanceof ApiException refusal) {
            Integer status = refusal.status();
            return status != null && (status == 429 || status >= 500);
        }
        return error instanceof ConnectionException
                || error instanceof StreamBrokenException
                || error instanceof GenerationTimeoutException;
    }

    private void tell(GenerationAnswer.Pending still) {
        try {
            polling.progress().accept(still);
        } catch (Throwable t) {
            Log.progressThrew(t);
        }
    }

    private void fail(Throwable error) {
        end(() -> result.completeExceptionally(error));
    }

    /** The one way to the end. */
    private void end(Runnable settle) {
        if (ended.compareAndSet(false, true)) {
            next.cancel();
            last.cancel();
            question.cancel(false);
            registry.remove(this);
            settler.execute(settle);
        }
    }

    private CallFacts facts(BillingState state) {
        return new CallFacts(
                asked.get() == 0 ? NeuralBoxException.Phase.NOT_SENT : NeuralBoxException.Phase.HEAD,
                asked.get(),
                Duration.ZERO,
                null,
                pending.requestId(),
                null,
                state,
                pending.rateLimits(),
                new PartialGeneration(id, pending.model(), "", false, null));
    }

    /**
     * What one question brought.
     *
     * @param answer the answer
     * @param failure why the generation failed; null if it did not
     */
    private record Polled(GenerationAnswer answer, @Nullable Failure failure) {

        static Polled decode(byte[] body, RetryLoop sending) throws MalformedEventException {
            Answer answer = AnswerDecoder.decode(body, 0, body.length).redacted(sending::redacted);
            return new Polled(
                    GenerationAnswer.of(answer, sending.rateLimits(), sending.requestId(), null),
                    AnswerGate.failure(answer));
        }
    }
}
