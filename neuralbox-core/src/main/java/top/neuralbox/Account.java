package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The account that a client's key belongs to: what is left on it, and what models cost (wire contract, part B). Asking costs
 * no credits, but counts against the account's rate limits; so answers are kept for a while, a balance for 5 seconds and a
 * model for 10 minutes, and callers who ask at once share one request. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Account {

    private static final Duration BALANCE_KEPT = Duration.ofSeconds(5);
    private static final Duration MODEL_KEPT = Duration.ofMinutes(10);

    private final ClientSettings settings;
    private final CallRegistry calls;
    private final BlockingGuard guard;
    private final Executor settler;
    private final AnswerCache<Balance> balances;
    private final AnswerCache<Model> models;

    /** Of the two documented paths, the one that tells more comes first; a service that does not know it is not asked twice. */
    private volatile String balancePath = "user/balance";

    Account(ClientSettings settings, CallRegistry calls, BlockingGuard guard) {
        this.settings = settings;
        this.calls = calls;
        this.guard = guard;
        this.settler = settings.settler();
        this.balances = new AnswerCache<>(settings.delayer(), BALANCE_KEPT);
        this.models = new AnswerCache<>(settings.delayer(), MODEL_KEPT);
    }

    private Account(Account shared, Executor settler) {
        this.settings = shared.settings;
        this.calls = shared.calls;
        this.guard = shared.guard;
        this.settler = settler;
        this.balances = shared.balances;
        this.models = shared.models;
    }

    /**
     * The same account, whose futures are not settled on the client's executor: a caller that blocks may be standing on its
     * only thread.
     */
    Account withoutExecutor() {
        return new Account(this, settings.callbacks());
    }

    /**
     * What is left on the account, at most 5 seconds old. A generation tells the balance too, in {@link Billing}.
     *
     * @throws NeuralBoxException if the service does not tell
     * @throws IllegalStateException if this thread must not block
     */
    public Balance balance() {
        guard.check("balanceAsync");
        return waitFor(balances.get("", this::askBalance, Runnable::run));
    }

    /** As {@link #balance}, without blocking. */
    public CompletableFuture<Balance> balanceAsync() {
        return balances.get("", this::askBalance, settings.carried().around(settler));
    }

    /**
     * What the service tells of a model, at most 10 minutes old.
     *
     * @param slug the model's name on the wire, for example {@code gpt-5}
     * @throws IllegalArgumentException if the slug is blank, or dots alone
     * @throws ApiException with status 404 if there is no such model
     * @throws NeuralBoxException if the service does not tell
     * @throws IllegalStateException if this thread must not block
     */
    public Model model(String slug) {
        guard.check("modelAsync");
        return waitFor(models.get(requireSlug(slug), () -> askModel(slug), Runnable::run));
    }

    /** As {@link #model}, without blocking. */
    public CompletableFuture<Model> modelAsync(String slug) {
        return models.get(
                requireSlug(slug), () -> askModel(slug), settings.carried().around(settler));
    }

    /** Forgets what was told, so that the next question goes to the service. */
    public void forget() {
        balances.clear();
        models.clear();
    }

    private CompletableFuture<Balance> askBalance() {
        String path = balancePath;
        CompletableFuture<Balance> asked = query(path, null, AccountFields::balance);
        if (path.equals("balance")) {
            return asked;
        }
        return asked.exceptionallyComposeAsync(
                error -> {
                    if (!isNotFound(error)) {
                        return CompletableFuture.failedFuture(error);
                    }
                    balancePath = "balance";
                    return query("balance", null, AccountFields::balance);
                },
                settings.callbacks());
    }

    private CompletableFuture<Model> askModel(String slug) {
        return query("models", slug, AccountFields::model);
    }

    private <T> CompletableFuture<T> query(String path, @Nullable String segment, QueryCall.Decoder<T> decoder) {
        Outgoing outgoing = Outgoing.query(Endpoint.resource(settings.endpoint(), path, segment));
        return new QueryCall<>(settings, calls, outgoing, decoder, CarriedContext.NOTHING, Runnable::run).send();
    }

    private static <T> T waitFor(CompletableFuture<T> answer) {
        try {
            return BlockingWait.forResult(
                    answer,
                    () -> answer.completeExceptionally(new GenerationCancelledException(
                            GenerationCancelledException.Reason.INTERRUPTED,
                            CallFacts.NONE.with(BillingState.NOT_CHARGED, null))));
        } catch (NeuralBoxException e) {
            throw CallSite.named(e);
        }
    }

    private static boolean isNotFound(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause instanceof ApiException refusal && Objects.equals(refusal.status(), 404);
    }

    private static String requireSlug(String slug) {
        Objects.requireNonNull(slug, "slug");
        if (!Endpoint.isSegment(slug)) {
            throw new IllegalArgumentException("slug must be a name, not blank and not dots alone");
        }
        return slug;
    }
}
