package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Account;
import top.neuralbox.Billing;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.BudgetUnit;
import top.neuralbox.CreditGuard;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationRequest;
import top.neuralbox.RateLimits;
import top.neuralbox.concurrent.MemoryWait;

/**
 * A budget that holds a client, or each of its tenants, to limits of credits and of requests. It reserves the highest cost of
 * a generation before the request is sent. The real cost later replaces the reservation. If a generation was certainly not
 * charged, its reservation is released. If its charge is unknown and the service named no cost, the credits stay reserved, as
 * <i>unsettled</i>, until the reservation is settled. So the sum of spent, reserved and unsettled credits never exceeds a
 * limit, unless a generation costs more than expected, or is sent without the store ({@link Builder#allowWithoutStore}). The
 * request that sends a generation is reserved in the same step as its credits, and counts as spent once it was sent; each
 * further request is reserved before it is sent.
 *
 * <pre>{@code
 * CreditBudget budget = CreditBudget.builder()
 *         .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
 *         .tenantLimit(BigDecimal.valueOf(50), Duration.ofHours(1))
 *         .requestLimit(100, Duration.ofHours(1))
 *         .build();
 * NeuralBox neuralBox = NeuralBox.builder().budget(budget).build();
 * }</pre>
 *
 * <p>Windows of time follow one another from the epoch of {@link java.time.Instant}: a window of a day is a day of UTC.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CreditBudget implements CreditGuard {

    private static final CompletionStage<@Nullable Void> COUNTED = CompletableFuture.completedFuture(null);
    /** The largest figure that fits 64 bits. */
    private static final BigDecimal MOST_CREDITS = BigDecimal.valueOf(Long.MAX_VALUE);

    private static final int MOST_DECIMALS = 64;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SHORTEST_WINDOW = Duration.ofMillis(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(36_500);
    private static final System.Logger LOGGER = System.getLogger("top.neuralbox.budget");

    private final BudgetLimits creditLimits;
    private final BudgetLimits requestLimits;
    private final Function<GenerationRequest, @Nullable BigDecimal> estimate;
    private final BudgetStore store;
    private final boolean allowWithoutStore;
    private final @Nullable BigDecimal lowBalance;
    private final List<BudgetListener> listeners;
    private final AtomicBoolean low = new AtomicBoolean();

    private CreditBudget(Builder builder) {
        this.creditLimits = builder.creditLimits.build();
        this.requestLimits = builder.requestLimits.build();
        this.estimate = builder.estimate;
        this.store = builder.store;
        this.allowWithoutStore = builder.allowWithoutStore;
        this.lowBalance = builder.lowBalance;
        this.listeners = List.copyOf(builder.listeners);
    }

    /** A builder without limits. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletionStage<Reservation> reserve(GenerationRequest request, GenerationInfo info, Account account) {
        List<BudgetLine> requests = requestLimits.lines(info.client(), info.tenant(), BigDecimal.ONE);
        if (creditLimits.lines(info.client(), info.tenant(), BigDecimal.ZERO).isEmpty()) {
            return requests.isEmpty()
                    ? CompletableFuture.completedFuture(this::watchBalance)
                    : reserve(info, null, requests);
        }
        return price(request, account).thenCompose(credits -> {
            List<BudgetLine> lines = creditLimits.lines(info.client(), info.tenant(), credits);
            lines.addAll(requests);
            return reserve(info, credits, lines);
        });
    }

    @Override
    public CompletionStage<RequestPermit> reserveRequest(GenerationInfo info) {
        List<BudgetLine> lines = requestLimits.lines(info.client(), info.tenant(), BigDecimal.ONE);
        return lines.isEmpty()
                ? CompletableFuture.completedFuture(RequestPermit.UNCOUNTED)
                : held(info, lines, SingleRequest::new);
    }

    @Override
    public Reservation reservation(String name) {
        Objects.requireNonNull(name, "name");
        return outcome -> {
            BigDecimal credits = cost(null, outcome);
            // Without a figure the credits stay reserved, because this process does not know how many they are.
            report(asked(() -> credits == null ? store.leaveUnsettled(name) : store.settle(name, credits)));
            watchBalance(outcome);
        };
    }

    /**
     * The limits of a client and of a tenant, without their use; null for no tenant. Limits of credits come first, those of the
     * client before those of the tenant. Asks no store.
     */
    public List<BudgetLine> limits(String client, @Nullable String tenant) {
        List<BudgetLine> lines = creditLimits.lines(client, tenant, BigDecimal.ZERO);
        lines.addAll(requestLimits.lines(client, tenant, BigDecimal.ZERO));
        return List.copyOf(lines);
    }

    /**
     * The current limits, with their use, of a client and of a tenant; null for no tenant. Limits of credits come first. The
     * stage is the store's: it completes on any thread, with the store in memory at once, and fails if the store fails.
     */
    public CompletionStage<List<BudgetState>> states(String client, @Nullable String tenant) {
        CompletionStage<List<BudgetState>> states = CompletableFuture.completedFuture(List.of());
        for (BudgetLine line : limits(client, tenant)) {
            states = states.thenCombine(asked(() -> store.usage(line)), (known, usage) -> {
                List<BudgetState> more = new ArrayList<>(known);
                more.add(new BudgetState(line, usage));
                return List.copyOf(more);
            });
        }
        return states;
    }

    /**
     * Settles a reservation whose cost became known. The stage is the store's: it completes on any thread, with the store in
     * memory at once, and fails if the store fails.
     *
     * @param reservation the name from {@link BudgetListener#unsettled}
     * @param credits its cost; zero if it was not charged
     * @throws IllegalArgumentException if the cost is negative, above 2<sup>63</sup>-1, or has more than 64 decimals
     */
    public CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits) {
        BigDecimal cost = requireCredits(credits);
        return asked(() -> store.settle(reservation, cost));
    }

    /** @param credits null if no limit of credits applies */
    private CompletionStage<Reservation> reserve(
            GenerationInfo info, @Nullable BigDecimal credits, List<BudgetLine> lines) {
        return held(info, lines, held -> {
            if (credits != null) {
                tell(listener -> listener.reserved(info, held.reservation, credits));
            }
            return new GenerationReservation(held, credits);
        });
    }

    private <T> CompletionStage<T> held(GenerationInfo info, List<BudgetLine> lines, Function<Held, T> use) {
        String reservation = UUID.randomUUID().toString();
        // Created before the reservation, so that nothing is reserved if there is no memory for it.
        BiFunction<Optional<BudgetShortage>, @Nullable Throwable, T> answered = (shortage, error) -> {
            if (error != null) {
                return use.apply(withoutStore(info, reservation, lines, error));
            }
            if (shortage.isPresent()) {
                throw refusal(info, shortage.get());
            }
            return used(info, reservation, use);
        };
        return asked(() -> store.reserve(reservation, lines)).handle(answered);
    }

    /** The store's answer. A store that throws, or gives no stage, has failed. */
    private static <T extends @Nullable Object> CompletionStage<T> asked(Supplier<CompletionStage<T>> question) {
        try {
            return Objects.requireNonNull(question.get(), "the store gave no stage");
        } catch (OutOfMemoryError full) {
            throw full;
        } catch (Throwable failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** Tries again if there is no memory, because nobody would release the reservation. */
    private static <T> T used(GenerationInfo info, String reservation, Function<Held, T> use) {
        for (int tries = 0; ; tries++) {
            try {
                return use.apply(new Held(info, reservation, COUNTED));
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    private Held withoutStore(GenerationInfo info, String reservation, List<BudgetLine> lines, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        tell(listener -> listener.storeFailed(cause));
        if (cause instanceof IllegalArgumentException) {
            throw new BudgetUnavailableException("the store of the budget rejected the values", cause);
        }
        if (!allowWithoutStore) {
            // The store may have made the reservation despite the failure, or may still do so.
            report(asked(() -> store.release(reservation)));
            throw new BudgetUnavailableException("the store of the budget failed", cause);
        }
        CompletionStage<@Nullable Void> counted = asked(() -> store.reserveAnyway(reservation, lines));
        report(counted);
        return new Held(info, reservation, counted);
    }

    private BudgetExceededException refusal(GenerationInfo info, BudgetShortage shortage) {
        BudgetLine line = shortage.line();
        BudgetExceededException refusal =
                new BudgetExceededException(line.key(), line.unit(), line.limit(), line.amount(), shortage.renewal());
        tell(listener -> listener.refused(info, refusal));
        return refusal;
    }

    /**
     * Lowers what a client's windows of an hour and of a day have left, if the service has less left. It counts requests of the
     * account, so its figures say nothing about the limit of a tenant.
     */
    private void learn(String client, RateLimits limits) {
        BigDecimal hourly = limits.hourlyRemaining() == null ? null : BigDecimal.valueOf(limits.hourlyRemaining());
        BigDecimal daily = limits.dailyRemaining() == null ? null : BigDecimal.valueOf(limits.dailyRemaining());
        for (BudgetLine line : requestLimits.clientLines(client, BigDecimal.ZERO)) {
            if (HOUR.equals(line.window()) && hourly != null) {
                report(asked(() -> store.lower(line, hourly, limits.hourlyReset())));
            } else if (DAY.equals(line.window()) && daily != null) {
                report(asked(() -> store.lower(line, daily, null)));
            }
        }
    }

    /** Changes a reservation once it was made, or has failed. In the other order it would stay reserved for ever. */
    private CompletionStage<@Nullable Void> change(
            Held held, Function<String, CompletionStage<@Nullable Void>> change) {
        return held.counted
                .handle((done, error) -> held.reservation)
                .thenCompose(reservation -> changed(reservation, change));
    }

    /** Tries again if there is no memory, because the credits would stay reserved. */
    private static CompletionStage<@Nullable Void> changed(
            String reservation, Function<String, CompletionStage<@Nullable Void>> change) {
        for (int tries = 0; ; tries++) {
            try {
                return change.apply(reservation);
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }

    /** The cost of a generation; null if it is unknown. */
    private static @Nullable BigDecimal cost(@Nullable BigDecimal reserved, GenerationOutcome outcome) {
        if (outcome.billingState() == BillingState.NOT_CHARGED) {
            return BigDecimal.ZERO;
        }
        Billing billing = outcome.billing();
        BigDecimal told = billing == null ? null : billing.creditsUsed();
        if (told != null && told.signum() >= 0) {
            return told;
        }
        // If it was charged at an unknown cost, the expected cost is the best figure.
        return outcome.billingState() == BillingState.CHARGED ? reserved : null;
    }

    private void report(CompletionStage<@Nullable Void> told) {
        var unused = told.whenComplete((done, error) -> {
            if (error != null) {
                Throwable cause =
                        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
                tell(listener -> listener.storeFailed(cause));
            }
        });
    }

    private void watchBalance(GenerationOutcome outcome) {
        Billing billing = outcome.billing();
        BigDecimal balance = billing == null ? null : billing.balanceRemaining();
        if (balance == null || lowBalance == null) {
            return;
        }
        boolean below = balance.compareTo(lowBalance) < 0;
        if (low.getAndSet(below) != below && below) {
            tell(listener -> listener.lowBalance(balance));
        }
    }

    /** The highest cost: an estimate if there is one, or else the model's price from the service. */
    private CompletionStage<BigDecimal> price(GenerationRequest request, Account account) {
        BigDecimal given = request.estimatedCredits() != null ? request.estimatedCredits() : estimate.apply(request);
        if (given != null) {
            return isReckonable(given.max(BigDecimal.ZERO))
                    ? CompletableFuture.completedFuture(given.max(BigDecimal.ZERO))
                    : CompletableFuture.failedFuture(new BudgetUnavailableException(
                            "the estimate must be at most " + MOST_CREDITS.toPlainString() + " credits, with at most "
                                    + MOST_DECIMALS + " decimals",
                            null));
        }
        String model = request.model();
        if (model == null) {
            return CompletableFuture.failedFuture(
                    new BudgetUnavailableException("the cost of an assistant is not known: set an estimate", null));
        }
        return account.modelAsync(model).handle((known, error) -> {
            BigDecimal price = known == null ? null : known.maxPrice();
            if (price == null) {
                Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                if (cause instanceof BudgetExceededException refusal) {
                    throw refusal;
                }
                throw new BudgetUnavailableException(
                        cause == null
                                ? "the service has no price for the model " + model
                                : "the price of the model " + model + " could not be looked up",
                        cause);
            }
            return price.max(BigDecimal.ZERO);
        });
    }

    private static BigDecimal requireCredits(BigDecimal credits) {
        Objects.requireNonNull(credits, "credits");
        if (!isReckonable(credits)) {
            throw new IllegalArgumentException("credits must be from 0 to " + MOST_CREDITS.toPlainString()
                    + ", with at most " + MOST_DECIMALS + " decimals: " + credits);
        }
        return credits;
    }

    /** Whether a store can calculate with a figure, even an absurd one, without filling memory. */
    private static boolean isReckonable(BigDecimal credits) {
        return credits.signum() >= 0 && credits.compareTo(MOST_CREDITS) <= 0 && credits.scale() <= MOST_DECIMALS;
    }

    private void tell(Consumer<BudgetListener> message) {
        for (BudgetListener listener : listeners) {
            try {
                message.accept(listener);
            } catch (Throwable t) {
                warn(t);
            }
        }
    }

    /** Logging is foreign code too. If it throws, the reservation must not be lost. */
    private static void warn(Throwable thrown) {
        try {
            LOGGER.log(System.Logger.Level.WARNING, "a BudgetListener threw; nothing changes", thrown);
        } catch (Throwable t) {
            // There is no other place to report it.
        }
    }

    /**
     * A reservation in the store.
     *
     * @param counted completes, also with a failure, when the store has heard of the reservation
     */
    private record Held(GenerationInfo info, String reservation, CompletionStage<@Nullable Void> counted) {}

    /** What is reserved for a generation: its credits, and its first request. */
    private final class GenerationReservation implements Reservation, RequestPermit {

        private final Held held;
        private final @Nullable BigDecimal credits;
        private volatile boolean sent;
        private volatile boolean unsettledTold;

        private GenerationReservation(Held held, @Nullable BigDecimal credits) {
            this.held = held;
            this.credits = credits;
        }

        @Override
        public RequestPermit firstRequest() {
            return this;
        }

        @Override
        public void sent() {
            sent = true;
        }

        @Override
        public void answered(RateLimits limits) {
            learn(held.info.client(), limits);
        }

        /** Tries again if there is no memory, because the credits would stay reserved. Settling twice changes nothing. */
        @Override
        public void ended(GenerationOutcome outcome) {
            for (int tries = 0; ; tries++) {
                try {
                    end(outcome);
                    return;
                } catch (OutOfMemoryError full) {
                    MemoryWait.forAnotherTry(tries, full);
                }
            }
        }

        private void end(GenerationOutcome outcome) {
            BigDecimal cost = credits == null ? BigDecimal.ZERO : cost(credits, outcome);
            if (!sent && outcome.billingState() == BillingState.NOT_CHARGED) {
                settled(store::release);
            } else if (cost == null) {
                unsettled();
                report(change(held, store::leaveUnsettled));
            } else {
                settled(reservation -> store.settle(reservation, cost));
            }
            watchBalance(outcome);
        }

        private void settled(Function<String, CompletionStage<@Nullable Void>> settling) {
            report(change(held, settling).whenComplete((done, error) -> {
                if (error != null) {
                    unsettled();
                }
            }));
        }

        private void unsettled() {
            if (credits != null && !unsettledTold) {
                tell(listener -> listener.unsettled(held.info, held.reservation, credits));
                unsettledTold = true;
            }
        }
    }

    /** One request that is not the first of a generation. */
    private final class SingleRequest implements RequestPermit {

        private final Held held;

        private SingleRequest(Held held) {
            this.held = held;
        }

        @Override
        public void sent() {
            report(change(held, reservation -> store.settle(reservation, BigDecimal.ZERO)));
        }

        @Override
        public void notSent() {
            report(change(held, store::release));
        }

        @Override
        public void answered(RateLimits limits) {
            learn(held.info.client(), limits);
        }
    }

    /**
     * Builds a budget. Not thread-safe. Several limits apply at once; of two with the same window, only the lower one.
     *
     * <p>Credits are from 0 to 2<sup>63</sup>-1, with at most 64 decimals. Requests are not negative. A window is from 1 ms to
     * 36,500 days. Each method refuses other values with an {@link IllegalArgumentException}.
     */
    public static final class Builder {

        private final BudgetLimits.Builder creditLimits = new BudgetLimits.Builder(BudgetUnit.CREDITS);
        private final BudgetLimits.Builder requestLimits = new BudgetLimits.Builder(BudgetUnit.REQUESTS);
        private Function<GenerationRequest, @Nullable BigDecimal> estimate = request -> null;
        private BudgetStore store = BudgetStore.inMemory();
        private boolean allowWithoutStore;
        private @Nullable BigDecimal lowBalance;
        private final List<BudgetListener> listeners = new ArrayList<>();

        private Builder() {}

        /** Limits the credits of all clients with the same name together, without a window of time. */
        public Builder limit(BigDecimal credits) {
            creditLimits.client(requireCredits(credits), null);
            return this;
        }

        /**
         * Limits the credits of all clients with the same name together, in each window of time.
         *
         * @param window from 1 ms to 36,500 days
         */
        public Builder limit(BigDecimal credits, Duration window) {
            creditLimits.client(requireCredits(credits), requireWindow(window));
            return this;
        }

        /** Limits the credits of each tenant, on all clients together, in each window of time. */
        public Builder tenantLimit(BigDecimal credits, Duration window) {
            creditLimits.tenants(requireCredits(credits), requireWindow(window));
            return this;
        }

        /** Limits the credits of one tenant, instead of the limits of credits for all tenants. */
        public Builder tenantLimit(String tenant, BigDecimal credits, Duration window) {
            Objects.requireNonNull(tenant, "tenant");
            creditLimits.tenant(tenant, requireCredits(credits), requireWindow(window));
            return this;
        }

        /**
         * Limits the requests of all clients with the same name together, in each window of time. Each request that is sent
         * counts: the first attempt of a generation, each retry, polls, and account lookups (of models and of the balance).
         * In windows of one hour and of one day the budget never has more left than the service reports in
         * {@link RateLimits}.
         *
         * <p>At the limit nothing is sent, and the call fails with {@link BudgetExceededException}, whose {@code retryAfter()}
         * tells when the window ends. A poll waits for that time instead.
         *
         * @param requests not negative
         * @param window from 1 ms to 36,500 days
         */
        public Builder requestLimit(long requests, Duration window) {
            requestLimits.client(requireRequests(requests), requireWindow(window));
            return this;
        }

        /**
         * Limits the requests of each tenant, on all clients together, in each window of time. Account lookups belong to
         * no tenant.
         */
        public Builder tenantRequestLimit(long requests, Duration window) {
            requestLimits.tenants(requireRequests(requests), requireWindow(window));
            return this;
        }

        /** Limits the requests of one tenant, instead of the limits of requests for all tenants. */
        public Builder tenantRequestLimit(String tenant, long requests, Duration window) {
            Objects.requireNonNull(tenant, "tenant");
            requestLimits.tenant(tenant, requireRequests(requests), requireWindow(window));
            return this;
        }

        /**
         * Sets a function that estimates the highest cost of a request without {@link GenerationRequest#estimatedCredits()}. If
         * it returns null, the model's highest price counts; the client asks the service for it from time to time.
         */
        public Builder estimate(Function<GenerationRequest, @Nullable BigDecimal> estimate) {
            this.estimate = Objects.requireNonNull(estimate, "estimate");
            return this;
        }

        /** Sets the store of the counts. Default: a store in this process. */
        public Builder store(BudgetStore store) {
            this.store = Objects.requireNonNull(store, "store");
            return this;
        }

        /**
         * Sets whether generations are sent, whatever the limits, while the store cannot be reached. They are counted when it
         * can be reached again. Default: no; they fail with {@link BudgetUnavailableException}.
         */
        public Builder allowWithoutStore(boolean allow) {
            this.allowWithoutStore = allow;
            return this;
        }

        /** Sets a threshold: {@link BudgetListener#lowBalance} is called when the account's balance falls below it. */
        public Builder lowBalance(BigDecimal credits) {
            this.lowBalance = requireCredits(credits);
            return this;
        }

        /** Adds a listener. */
        public Builder listener(BudgetListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Builds the budget. A budget without limits refuses nothing. */
        public CreditBudget build() {
            return new CreditBudget(this);
        }

        private static BigDecimal requireRequests(long requests) {
            if (requests < 0) {
                throw new IllegalArgumentException("requests must not be negative: " + requests);
            }
            return BigDecimal.valueOf(requests);
        }

        private static Duration requireWindow(Duration window) {
            Objects.requireNonNull(window, "window");
            if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
                throw new IllegalArgumentException(
                        "window must be from 1 ms to " + LONGEST_WINDOW.toDays() + " days: " + window);
            }
            return window;
        }
    }
}
