package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.AnswerCache;
import top.neuralbox.concurrent.BlockingGuard;
import top.neuralbox.concurrent.CarriedContext;

/**
 * The account that a client's key belongs to: its balance, and the price of models (wire contract, part B). A request costs
 * no credits, but counts against the account's rate limits. So the client caches answers: a balance for 5 seconds, a model
 * for 10 minutes. Concurrent callers share one request. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Account {

    private static final Duration BALANCE_KEPT = Duration.ofSeconds(5);
    private static final Duration MODEL_KEPT = Duration.ofMinutes(10);
    private static final String OTHER_BALANCE_PATH = "balance";

    private final ClientSettings settings;
    private final CallRegistry calls;
    private final BlockingGuard guard;
    private final boolean isPart;
    private final Executor settler;
    private final AnswerCache<Balance> balances;
    private final AnswerCache<Model> models;

    /** The documented path whose answer has more fields. After a 404 the client uses the other path from then on. */
    private volatile String balancePath = "user/balance";

    Account(ClientSettings settings, CallRegistry calls, BlockingGuard guard) {
        this.settings = settings;
        this.calls = calls;
        this.guard = guard;
        this.isPart = false;
        this.settler = settings.settler(calls::isClosed);
        this.balances = new AnswerCache<>(settings.delayer(), BALANCE_KEPT);
        this.models = new AnswerCache<>(settings.delayer(), MODEL_KEPT);
    }

    private Account(Account shared, boolean isPart, Executor settler) {
        this.settings = shared.settings;
        this.calls = shared.calls;
        this.guard = shared.guard;
        this.isPart = isPart;
        this.settler = settler;
        this.balances = shared.balances;
        this.models = shared.models;
    }

    /**
     * The same account for the budget of calls. Its futures do not complete on the client's executor: a caller that blocks
     * may occupy the executor's only thread. A drain of the client does not refuse its questions.
     */
    Account forCalls() {
        return new Account(this, true, settings.callbacks());
    }

    /**
     * The account's balance, at most 5 seconds old. A generation reports the balance too, in {@link Billing}.
     *
     * @throws NeuralBoxException if the request fails, or its answer cannot be read
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
     * The service's description of a model, at most 10 minutes old.
     *
     * @param slug the model's name on the wire, for example {@code gpt-5}
     * @throws IllegalArgumentException if the slug is blank, {@code .} or {@code ..}
     * @throws ApiException with status 404 if there is no such model
     * @throws NeuralBoxException if the request fails, or its answer cannot be read
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

    /** Clears the cached answers, so that the next call asks the service. */
    public void forget() {
        balances.clear();
        models.clear();
    }

    private CompletableFuture<Balance> askBalance() {
        String path = balancePath;
        QueryCall<Balance> query = query(template(path, null), Balance::new);
        if (path.equals(OTHER_BALANCE_PATH)) {
            return query.send();
        }
        // Before the query is sent: the other path is asked before the end of the first query is delivered.
        CompletableFuture<Balance> asked = query.result().exceptionallyCompose(error -> {
            if (!isNotFound(error)) {
                return CompletableFuture.failedFuture(error);
            }
            balancePath = OTHER_BALANCE_PATH;
            return query.at(template(OTHER_BALANCE_PATH, null)).send(settings.callbacks());
        });
        var unused = query.send();
        return asked;
    }

    private CompletableFuture<Model> askModel(String slug) {
        return query(template("models", slug), Model::new).send();
    }

    private RequestTemplate template(String path, @Nullable String segment) {
        return RequestTemplate.query(Endpoint.resource(settings.endpoint(), path, segment));
    }

    private <T> QueryCall<T> query(RequestTemplate template, QueryCall.Decoder<T> decoder) {
        return new QueryCall<>(
                settings,
                calls,
                template,
                decoder,
                isPart,
                settings.queryInfo(null),
                CarriedContext.NOTHING,
                Runnable::run);
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
            throw new IllegalArgumentException("slug must be a name; it must not be blank, . or ..");
        }
        return slug;
    }
}
