package top.neuralbox.budget.redis;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetShortage;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;

/**
 * Keeps the count of a budget on Redis or Valkey, so that all instances that share the server, and a namespace on it, hold one
 * limit. Each step is one script, which Redis carries out as a whole; windows of time are those of the server's clock.
 *
 * <pre>{@code
 * RedisClient redis = RedisClient.create("redis://localhost:6379");
 * RedisBudgetStore store = RedisBudgetStore.builder(redis).namespace("chat").build();
 * CreditBudget budget = CreditBudget.builder()
 *         .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
 *         .store(store)
 *         .build();
 * }</pre>
 *
 * <p><b>Threads.</b> Thread-safe. Jedis blocks, so Redis is asked on a few daemon threads of the store's own: every method
 * returns at once and may be called on an event loop. Stages settle within the timeout, on other daemon threads that are made on
 * demand: what depends on them may block. A call of Jedis that does not return is interrupted after ten timeouts, 30 seconds at
 * least, and its thread is replaced, up to three times the {@linkplain Builder#threads threads}.
 *
 * <p><b>Figures.</b> Credits are kept exactly, with up to six decimals, up to 9,007,199,254 of them. Whatever does not fit is
 * refused with {@link IllegalArgumentException}; a reservation whose cost does not fit is left unsettled.
 *
 * <p><b>When Redis is lost,</b> stages fail within the timeout, and the budget refuses or allows, as {@link
 * top.neuralbox.budget.CreditBudget.Builder#allowWithoutStore} says. What generations that were under way did cost is kept
 * ({@link #undelivered()}), and delivered once a second until it gets through; in Redis it counts as set aside meanwhile. What
 * cannot be kept is logged, and counted by {@link #givenUp()}. If this process dies before that, or at any time, what it had set
 * aside becomes unsettled when the lease ends: it goes on counting until {@link #settle}, or until its window ends. Nothing is
 * released in silence.
 *
 * <p><b>Redis</b> 5 or newer, or any Valkey, alone, with Sentinel, or as a cluster: a namespace lies in one slot. What it forgets
 * was never spent: let it write an append-only file, and never evict ({@code maxmemory-policy noeviction}). Redis replicates
 * after it has answered, so a failover forgets what the replica had not received yet, acknowledged reservations included.
 *
 * @since 0.1.0
 */
public final class RedisBudgetStore implements BudgetStore, AutoCloseable {

    /** So many changes are kept while Redis is lost; of reservations beyond, the lease makes unsettled ones. */
    private static final int OUTBOX = 100_000;

    /** No call takes so long by itself, unless the client was given longer time-outs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BudgetScript script;
    private final Courier courier;
    private final Outbox outbox;
    private final String namespace;

    private RedisBudgetStore(Builder builder) {
        this.namespace = builder.namespace;
        this.script = new BudgetScript(builder.redis, namespace, builder.lease);
        this.courier = new Courier(builder.threads, builder.timeout, builder.patience());
        this.outbox = new Outbox(courier, builder.outbox);
    }

    /**
     * Collects a store.
     *
     * @param redis stays the caller's, who decides on TLS, passwords, clusters and sentinels there. Its pool should have a
     *     connection for each of the {@linkplain Builder#threads threads}, and its socket timeout should not be much longer
     *     than {@link Builder#timeout}: a thread is held for as long
     */
    public static Builder builder(UnifiedJedis redis) {
        return new Builder(redis);
    }

    @Override
    public CompletionStage<Optional<BudgetShortage>> reserve(
            String reservation, BigDecimal credits, List<BudgetLine> lines) {
        List<String> arguments;
        try {
            arguments = arguments(reservation, credits, lines);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        return courier.handOut(courier.ask(() -> shortage((List<?>) script.run("reserve", arguments), lines)));
    }

    @Override
    public CompletionStage<@Nullable Void> reserveAnyway(
            String reservation, BigDecimal credits, List<BudgetLine> lines) {
        List<String> arguments;
        try {
            arguments = arguments(reservation, credits, lines);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        return change(reservation, "reserveAnyway", arguments);
    }

    @Override
    public CompletionStage<@Nullable Void> settle(String reservation, BigDecimal credits) {
        String micros;
        try {
            micros = MicroCredits.of(credits);
        } catch (IllegalArgumentException e) {
            return leaveUnsettled(reservation).handle((done, error) -> e).thenCompose(CompletableFuture::failedFuture);
        }
        return change(reservation, "settle", List.of(reservation, micros));
    }

    @Override
    public CompletionStage<@Nullable Void> leaveUnsettled(String reservation) {
        return change(reservation, "leaveUnsettled", List.of(reservation));
    }

    @Override
    public CompletionStage<BudgetUsage> usage(BudgetLine line) {
        List<String> arguments = List.of(line.key(), length(line));
        return courier.handOut(courier.ask(() -> {
            List<?> counts = (List<?>) script.run("usage", arguments);
            return new BudgetUsage(
                    MicroCredits.parse(counts.get(0)),
                    MicroCredits.parse(counts.get(1)),
                    MicroCredits.parse(counts.get(2)));
        }));
    }

    /**
     * The reservations of all instances of which is not known what they did cost, with the credits that stay set aside for them:
     * to be looked into, and then told {@link #settle}. Those of processes that died are among them once their lease has
     * ended. Each is forgotten when the last window that it counts in has ended.
     */
    public CompletionStage<Map<String, BigDecimal>> unsettled() {
        return courier.handOut(courier.ask(() -> {
            List<?> all = (List<?>) script.run("unsettled", List.of());
            Map<String, BigDecimal> reservations = new LinkedHashMap<>();
            for (int i = 0; i < all.size(); i += 2) {
                reservations.put(all.get(i).toString(), MicroCredits.parse(all.get(i + 1)));
            }
            return reservations;
        }));
    }

    /** The reservations of this instance whose end could not be delivered yet. They count as set aside until it is. */
    public Set<String> undelivered() {
        return outbox.reservations();
    }

    /**
     * How many changes this instance gave up, and logged: they came when 100,000 were kept already, or were undelivered when this
     * was closed. Such a reservation counts as set aside, becomes unsettled when its lease ends, and is among {@link #unsettled}
     * then; one that was made {@linkplain #reserveAnyway without Redis} is not counted.
     */
    public long givenUp() {
        return outbox.givenUp();
    }

    /**
     * Takes nothing more, and ends the threads, after what was taken, and what was kept, has been delivered or the timeout has
     * passed. Blocks for as long. What is undelivered then is {@linkplain #givenUp given up}. Redis's client is not closed.
     */
    @Override
    public void close() {
        outbox.deliverBeforeClose();
        courier.close();
        outbox.close();
    }

    /** The namespace; what connects to Redis may hold a password. */
    @Override
    public String toString() {
        return "RedisBudgetStore[" + namespace + "]";
    }

    /** Moves the clock of Redis, as far as this store sees it. For tests. */
    void moveClock(Duration by) {
        script.moveClock(by);
    }

    private CompletionStage<@Nullable Void> change(String reservation, String step, List<String> arguments) {
        return courier.handOut(outbox.deliver(reservation, () -> script.run(step, arguments)));
    }

    private static List<String> arguments(String reservation, BigDecimal credits, List<BudgetLine> lines) {
        List<String> arguments = new ArrayList<>(2 + 3 * lines.size());
        arguments.add(reservation);
        arguments.add(MicroCredits.of(credits));
        for (BudgetLine line : lines) {
            arguments.add(line.key());
            arguments.add(MicroCredits.of(line.limit()));
            arguments.add(length(line));
        }
        return arguments;
    }

    private static String length(BudgetLine line) {
        Duration window = line.window();
        return window == null ? "0" : String.valueOf(window.toMillis());
    }

    private static Optional<BudgetShortage> shortage(List<?> answer, List<BudgetLine> lines) {
        int place = Integer.parseInt(answer.get(0).toString());
        if (place == 0) {
            return Optional.empty();
        }
        long renewal = Long.parseLong(answer.get(1).toString());
        @Nullable Duration wait = renewal < 0 ? null : Duration.ofMillis(renewal);
        return Optional.of(new BudgetShortage(lines.get(place - 1), wait));
    }

    /** Collects a store. Not thread-safe. */
    public static final class Builder {

        private static final Duration SHORTEST = Duration.ofMillis(1);
        private static final Duration LONGEST = Duration.ofDays(36_500);

        private final UnifiedJedis redis;
        private String namespace = "neuralbox";
        private Duration timeout = Duration.ofSeconds(1);
        private Duration lease = Duration.ofHours(1);
        private int threads = 4;
        private int outbox = OUTBOX;
        private @Nullable Duration patience;

        private Builder(UnifiedJedis redis) {
            this.redis = Objects.requireNonNull(redis, "redis");
        }

        /**
         * Sets what the names of all keys begin with, in braces. Instances with one namespace hold one limit. Default: {@code
         * neuralbox}.
         */
        public Builder namespace(String namespace) {
            if (namespace.isEmpty() || namespace.contains("{") || namespace.contains("}")) {
                throw new IllegalArgumentException("namespace must have characters, but no braces: " + namespace);
            }
            this.namespace = namespace;
            return this;
        }

        /** Sets how long a generation waits for Redis at most, from 1 ms to 36,500 days. Default: 1 s. */
        public Builder timeout(Duration timeout) {
            this.timeout = requireUsable(timeout, "timeout");
            return this;
        }

        /**
         * Sets after what time a reservation of which nothing was heard becomes unsettled, from 1 ms to 36,500 days. It should be
         * longer than any generation takes; one that takes longer is settled all the same. Default: 1 h.
         */
        public Builder lease(Duration lease) {
            this.lease = requireUsable(lease, "lease");
            return this;
        }

        /** Sets how many threads, and so connections, ask Redis at once; at least 1. Default: 4. */
        public Builder threads(int threads) {
            if (threads < 1) {
                throw new IllegalArgumentException("threads must be at least 1: " + threads);
            }
            this.threads = threads;
            return this;
        }

        /** Sets how many changes are kept. For tests. */
        Builder outbox(int changes) {
            this.outbox = changes;
            return this;
        }

        /** Sets after what time a call that has not returned is taken to hang. For tests. */
        Builder patience(Duration patience) {
            this.patience = patience;
            return this;
        }

        /** Makes the store. It asks Redis nothing yet. */
        public RedisBudgetStore build() {
            return new RedisBudgetStore(this);
        }

        private Duration patience() {
            Duration tenfold = timeout.multipliedBy(10);
            return patience != null ? patience : tenfold.compareTo(PATIENCE) > 0 ? tenfold : PATIENCE;
        }

        private static Duration requireUsable(Duration time, String name) {
            if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        name + " must be from 1 ms to " + LONGEST.toDays() + " days: " + time);
            }
            return time;
        }
    }
}
