package top.neuralbox.budget;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Account;
import top.neuralbox.Billing;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.CreditGuard;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.GenerationRequest;

/**
 * Holds a client, or each of its tenants, to limits of credits. What a generation may cost at most is set aside before it is
 * sent; what it did cost takes its place. A generation that was surely not charged frees it, and of one whose charge is
 * unknown it stays set aside, as <i>unsettled</i>, until somebody finds out. So credits that are spent, set aside and
 * unsettled never exceed a limit, unless a generation costs more than was expected of it.
 *
 * <pre>{@code
 * CreditBudget budget = CreditBudget.builder()
 *         .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
 *         .tenantLimit(BigDecimal.valueOf(50), Duration.ofHours(1))
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
    /** What fits 64 bits. */
    private static final BigDecimal MOST_CREDITS = BigDecimal.valueOf(Long.MAX_VALUE);

    private static final int MOST_DECIMALS = 64;
    private static final Duration SHORTEST_WINDOW = Duration.ofMillis(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(36_500);
    private static final System.Logger LOGGER = System.getLogger("top.neuralbox.budget");

    private final List<Limit> clientLimits;
    private final List<Limit> tenantLimits;
    private final Map<String, List<Limit>> limitsOfTenants;
    private final Function<GenerationRequest, @Nullable BigDecimal> estimate;
    private final BudgetStore store;
    private final boolean allowWithoutStore;
    private final @Nullable BigDecimal lowBalance;
    private final List<BudgetListener> listeners;
    private final AtomicBoolean low = new AtomicBoolean();

    private CreditBudget(Builder builder) {
        this.clientLimits = List.copyOf(builder.clientLimits);
        this.tenantLimits = List.copyOf(builder.tenantLimits);
        Map<String, List<Limit>> own = new HashMap<>();
        builder.limitsOfTenants.forEach((tenant, limits) -> own.put(tenant, List.copyOf(limits)));
        this.limitsOfTenants = Map.copyOf(own);
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
        List<BudgetLine> lines = lines(info.client(), info.tenant());
        if (lines.isEmpty()) {
            return CompletableFuture.completedFuture(this::watchBalance);
        }
        return price(request, account).thenCompose(credits -> reserve(info, credits, lines));
    }

    /** The limits that hold now for a client and for one of its tenants, or none, with their use. */
    public CompletionStage<List<BudgetState>> states(String client, @Nullable String tenant) {
        CompletionStage<List<BudgetState>> states = CompletableFuture.completedFuture(List.of());
        for (BudgetLine line : lines(client, tenant)) {
            states = states.thenCombine(store.usage(line), (known, usage) -> {
                List<BudgetState> more = new ArrayList<>(known);
                more.add(new BudgetState(line, usage));
                return List.copyOf(more);
            });
        }
        return states;
    }

    /**
     * Settles a reservation of which somebody found out what it cost.
     *
     * @param reservation as {@link BudgetListener#unsettled} told it
     * @param credits what it cost; zero if it was not charged
     * @throws IllegalArgumentException if it is negative, or no figure of a cost
     */
    public CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits) {
        return store.settle(reservation, requireCredits(credits));
    }

    private CompletionStage<Reservation> reserve(GenerationInfo info, BigDecimal credits, List<BudgetLine> lines) {
        String reservation = UUID.randomUUID().toString();
        return store.reserve(reservation, credits, lines).handle((shortage, error) -> {
            if (error != null) {
                return withoutStore(info, reservation, credits, lines, error);
            }
            if (shortage.isPresent()) {
                throw refusal(info, shortage.get(), credits);
            }
            return outcome -> ended(info, reservation, credits, COUNTED, outcome);
        });
    }

    private Reservation withoutStore(
            GenerationInfo info, String reservation, BigDecimal credits, List<BudgetLine> lines, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        tell(listener -> listener.storeFailed(cause));
        if (cause instanceof IllegalArgumentException) {
            throw new BudgetUnavailableException("the store of the budget does not take these figures", cause);
        }
        if (!allowWithoutStore) {
            // It may have been set aside all the same, or be so yet.
            report(store.settle(reservation, BigDecimal.ZERO));
            throw new BudgetUnavailableException("the store of the budget could not be asked", cause);
        }
        CompletionStage<@Nullable Void> counted = store.reserveAnyway(reservation, credits, lines);
        report(counted);
        return outcome -> ended(info, reservation, credits, counted, outcome);
    }

    private BudgetExceededException refusal(GenerationInfo info, BudgetShortage shortage, BigDecimal credits) {
        BudgetLine line = shortage.line();
        BudgetExceededException refusal =
                new BudgetExceededException(line.key(), line.limit(), credits, shortage.renewal());
        tell(listener -> listener.refused(info, refusal));
        return refusal;
    }

    /**
     * Settles what a generation came to, after the store has answered, or failed to, that it is set aside: the other order would
     * set it aside for ever.
     */
    private void ended(
            GenerationInfo info,
            String reservation,
            BigDecimal reserved,
            CompletionStage<@Nullable Void> counted,
            GenerationOutcome outcome) {
        BigDecimal credits = cost(reserved, outcome);
        if (credits == null) {
            tell(listener -> listener.unsettled(info, reservation, reserved));
            report(counted.handle((done, error) -> reservation).thenCompose(store::leaveUnsettled));
        } else {
            CompletionStage<@Nullable Void> settled =
                    counted.handle((done, error) -> reservation).thenCompose(id -> store.settle(id, credits));
            report(settled.whenComplete((done, error) -> {
                if (error != null) {
                    tell(listener -> listener.unsettled(info, reservation, reserved));
                }
            }));
        }
        watchBalance(outcome);
    }

    /** What a generation did cost; null if nobody knows. */
    private static @Nullable BigDecimal cost(BigDecimal reserved, GenerationOutcome outcome) {
        if (outcome.billingState() == BillingState.NOT_CHARGED) {
            return BigDecimal.ZERO;
        }
        Billing billing = outcome.billing();
        BigDecimal told = billing == null ? null : billing.creditsUsed();
        if (told != null && told.signum() >= 0) {
            return told;
        }
        // Charged, but not told how much: the expectation is the best that is known.
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

    /** What is given counts before what the service tells. */
    private CompletionStage<BigDecimal> price(GenerationRequest request, Account account) {
        BigDecimal given = request.estimatedCredits() != null ? request.estimatedCredits() : estimate.apply(request);
        if (given != null) {
            return isReckonable(given.max(BigDecimal.ZERO))
                    ? CompletableFuture.completedFuture(given.max(BigDecimal.ZERO))
                    : CompletableFuture.failedFuture(
                            new BudgetUnavailableException("the estimate is no figure of a cost", null));
        }
        String model = request.model();
        if (model == null) {
            return CompletableFuture.failedFuture(
                    new BudgetUnavailableException("what an assistant costs is not known: give an estimate", null));
        }
        return account.modelAsync(model).handle((known, error) -> {
            BigDecimal price = known == null ? null : known.maxPrice();
            if (price == null) {
                Throwable cause = error instanceof CompletionException ? error.getCause() : error;
                throw new BudgetUnavailableException("the service does not tell what " + model + " costs", cause);
            }
            return price.max(BigDecimal.ZERO);
        });
    }

    private List<BudgetLine> lines(String client, @Nullable String tenant) {
        List<BudgetLine> lines = new ArrayList<>();
        clientLimits.forEach(limit -> lines.add(limit.line("client " + client)));
        if (tenant != null) {
            limitsOfTenants
                    .getOrDefault(tenant, tenantLimits)
                    .forEach(limit -> lines.add(limit.line("tenant " + tenant)));
        }
        return lines;
    }

    private static BigDecimal requireCredits(BigDecimal credits) {
        Objects.requireNonNull(credits, "credits");
        if (!isReckonable(credits)) {
            throw new IllegalArgumentException("credits must be from 0 to " + MOST_CREDITS.toPlainString()
                    + ", with at most " + MOST_DECIMALS + " decimals: " + credits);
        }
        return credits;
    }

    /** Whether a store can reckon with a figure, be it a sum that nobody spends, without filling memory. */
    private static boolean isReckonable(BigDecimal credits) {
        return credits.signum() >= 0 && credits.compareTo(MOST_CREDITS) <= 0 && credits.scale() <= MOST_DECIMALS;
    }

    private void tell(Consumer<BudgetListener> message) {
        for (BudgetListener listener : listeners) {
            try {
                message.accept(listener);
            } catch (Throwable t) {
                LOGGER.log(System.Logger.Level.WARNING, "a BudgetListener threw; nothing changes", t);
            }
        }
    }

    /** Credits for a window of time, or for good. */
    private record Limit(BigDecimal credits, @Nullable Duration window) {

        /** Adds a limit. Of two for one window, the tighter holds: the window has one count, in which both would add up. */
        private static void add(List<Limit> limits, Limit limit) {
            for (int i = 0; i < limits.size(); i++) {
                Limit other = limits.get(i);
                if (Objects.equals(other.window, limit.window)) {
                    limits.set(i, other.credits.compareTo(limit.credits) <= 0 ? other : limit);
                    return;
                }
            }
            limits.add(limit);
        }

        /** The name comes last: whatever it is, two limits have two keys. */
        private BudgetLine line(String whose) {
            return new BudgetLine(window == null ? whose : window + " of " + whose, credits, window);
        }
    }

    /** Collects a budget. Not thread-safe. Several limits hold at once; of two for one window, the tighter. */
    public static final class Builder {

        private final List<Limit> clientLimits = new ArrayList<>();
        private final List<Limit> tenantLimits = new ArrayList<>();
        private final Map<String, List<Limit>> limitsOfTenants = new HashMap<>();
        private Function<GenerationRequest, @Nullable BigDecimal> estimate = request -> null;
        private BudgetStore store = BudgetStore.inMemory();
        private boolean allowWithoutStore;
        private @Nullable BigDecimal lowBalance;
        private final List<BudgetListener> listeners = new ArrayList<>();

        private Builder() {}

        /** Holds each client of a name to so many credits for good. */
        public Builder limit(BigDecimal credits) {
            Limit.add(clientLimits, new Limit(requireCredits(credits), null));
            return this;
        }

        /**
         * Holds each client of a name to so many credits in each window of time.
         *
         * @param window from 1 ms to 36,500 days
         */
        public Builder limit(BigDecimal credits, Duration window) {
            Limit.add(clientLimits, new Limit(requireCredits(credits), requireWindow(window)));
            return this;
        }

        /** Holds each tenant, on whatever client, to so many credits in each window of time. */
        public Builder tenantLimit(BigDecimal credits, Duration window) {
            Limit.add(tenantLimits, new Limit(requireCredits(credits), requireWindow(window)));
            return this;
        }

        /** Holds one tenant to limits of its own, in place of those for all tenants. */
        public Builder tenantLimit(String tenant, BigDecimal credits, Duration window) {
            Limit limit = new Limit(requireCredits(credits), requireWindow(window));
            Limit.add(
                    limitsOfTenants.computeIfAbsent(Objects.requireNonNull(tenant, "tenant"), key -> new ArrayList<>()),
                    limit);
            return this;
        }

        /**
         * Sets what a request that has no {@link GenerationRequest#estimatedCredits()} may cost at most. Where it returns null,
         * the model's highest price counts, which is asked of the service once in a while.
         */
        public Builder estimate(Function<GenerationRequest, @Nullable BigDecimal> estimate) {
            this.estimate = Objects.requireNonNull(estimate, "estimate");
            return this;
        }

        /** Sets where the count is kept. Default: in this process. */
        public Builder store(BudgetStore store) {
            this.store = Objects.requireNonNull(store, "store");
            return this;
        }

        /**
         * Whether generations are sent, whatever is left, while the store cannot be asked. They are counted when it can be told.
         * Default: no, they end with {@link BudgetUnavailableException}.
         */
        public Builder allowWithoutStore(boolean allow) {
            this.allowWithoutStore = allow;
            return this;
        }

        /** Sets the mark below which {@link BudgetListener#lowBalance} is told. */
        public Builder lowBalance(BigDecimal credits) {
            this.lowBalance = requireCredits(credits);
            return this;
        }

        /** Adds a listener. */
        public Builder listener(BudgetListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Makes the budget. One without limits refuses nothing. */
        public CreditBudget build() {
            return new CreditBudget(this);
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
