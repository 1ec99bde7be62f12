package top.neuralbox.budget.redis;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
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
import top.neuralbox.BudgetUnit;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetShortage;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;

/**
 * Keeps the count of a budget on Redis or Valkey. All instances that share the server and a namespace on it share one limit.
 * Each step is one script, which Redis executes as a whole. Windows of time follow the server's clock.
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
 * <p><b>Threads.</b> Thread-safe. Jedis blocks, so the store calls it on a few daemon threads of its own. Every method except
 * {@link #close} returns at once and may be called on an event loop. Stages complete within the timeout, on other daemon
 * threads that are made on demand, so their dependent actions may block. A Jedis call that does not return is interrupted after
 * ten timeouts, 30 seconds at least. Its thread is replaced; there are at most three times as many replacements as
 * {@linkplain Builder#threads threads}.
 *
 * <p><b>Figures.</b> Credits are kept exactly: up to 9,007,199,254 credits, with up to six decimals. A figure that does not fit
 * is refused with {@link IllegalArgumentException}; a reservation whose cost does not fit is left unsettled.
 *
 * <p><b>When Redis is lost,</b> stages fail within the timeout, and the budget refuses or allows generations, as
 * {@link top.neuralbox.budget.CreditBudget.Builder#allowWithoutStore} says. The costs of generations in flight are kept
 * ({@link #undelivered()}), and the store tries to deliver them once a second until it succeeds. Meanwhile Redis counts their
 * reservations as set aside. A change that cannot be kept is logged, and counted by {@link #givenUp()}. If this process dies,
 * now or at any time, its reservations become unsettled when their lease ends. They count until {@link #settle}, or until their
 * window ends. Nothing is released in silence.
 *
 * <p><b>Redis</b> 5 or newer, or any Valkey: a single server, with Sentinel, or as a cluster, where a namespace lies in one
 * slot. Credits that the server forgets count as never spent. So let it write an append-only file, and never evict
 * ({@code maxmemory-policy noeviction}). Redis replicates after it has answered, so a failover forgets the changes that the
 * replica had not received yet, acknowledged reservations included.
 *
 * @since 0.1.0
 */
public final class RedisBudgetStore implements BudgetStore, AutoCloseable {

    /**
     * The most changes that are kept while Redis is lost. The reservations of further ones become unsettled with their lease.
     */
    private static final int OUTBOX = 100_000;

    /** Longer than any call takes by itself, unless the Redis client has longer time-outs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BudgetScript script;
    private final ScriptThreads threads;
    private final Outbox outbox;
    private final String namespace;

    private RedisBudgetStore(Builder builder) {
        this.namespace = builder.namespace;
        this.script = new BudgetScript(builder.redis, namespace, builder.lease);
        this.threads = new ScriptThreads(builder.threads, builder.timeout, builder.patience());
        this.outbox = new Outbox(threads, builder.outbox);
    }

    /**
     * A builder of a store on this server.
     *
     * @param redis the Redis client. The caller sets TLS, passwords, clusters and sentinels on it, and closes it. Its pool
     *     should have a connection for each of the {@linkplain Builder#threads threads}. Its socket timeout should not be much
     *     longer than {@link Builder#timeout}, because a call may hold its thread for that long
     */
    public static Builder builder(UnifiedJedis redis) {
        return new Builder(redis);
    }

    @Override
    public CompletionStage<Optional<BudgetShortage>> reserve(String reservation, List<BudgetLine> lines) {
        List<String> arguments;
        try {
            arguments = arguments(reservation, lines);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        return threads.handOut(threads.ask(() -> shortage((List<?>) script.run("reserve", arguments), lines)));
    }

    @Override
    public CompletionStage<@Nullable Void> reserveAnyway(String reservation, List<BudgetLine> lines) {
        List<String> arguments;
        try {
            arguments = arguments(reservation, lines);
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
    public CompletionStage<@Nullable Void> release(String reservation) {
        return threads.handOut(outbox.deliverIfRoom(reservation, () -> script.run("release", List.of(reservation))));
    }

    @Override
    public CompletionStage<@Nullable Void> leaveUnsettled(String reservation) {
        return change(reservation, "leaveUnsettled", List.of(reservation));
    }

    @Override
    public CompletionStage<@Nullable Void> lower(BudgetLine line, BigDecimal left, @Nullable Instant until) {
        List<String> arguments;
        try {
            if (line.window() == null) {
                throw new IllegalArgumentException("the line has no window: " + line.key());
            }
            String end = until == null ? "0" : String.valueOf(Math.max(1, until.toEpochMilli()));
            arguments = List.of(line.key(), MicroCredits.of(line.limit()), length(line), MicroCredits.of(left), end);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return CompletableFuture.failedFuture(e);
        }
        return threads.handOut(threads.<@Nullable Void>ask(() -> {
            script.run("lower", arguments);
            return null;
        }));
    }

    @Override
    public CompletionStage<BudgetUsage> usage(BudgetLine line) {
        List<String> arguments = List.of(line.key(), length(line));
        return threads.handOut(threads.ask(() -> {
            List<?> counts = (List<?>) script.run("usage", arguments);
            return new BudgetUsage(
                    MicroCredits.parse(counts.get(0)),
                    MicroCredits.parse(counts.get(1)),
                    MicroCredits.parse(counts.get(2)),
                    MicroCredits.parse(counts.get(3)));
        }));
    }

    /**
     * The reservations of all instances whose cost is not known, with the credits that stay set aside for them. Find out what
     * each one cost, then call {@link #settle}. The reservations of a process that died are among them once their lease has
     * ended. A reservation is forgotten when the last window in which it counts has ended.
     */
    public CompletionStage<Map<String, BigDecimal>> unsettled() {
        return threads.handOut(threads.ask(() -> {
            List<?> all = (List<?>) script.run("unsettled", List.of());
            Map<String, BigDecimal> reservations = new LinkedHashMap<>();
            for (int i = 0; i < all.size(); i += 2) {
                reservations.put(all.get(i).toString(), MicroCredits.parse(all.get(i + 1)));
            }
            return reservations;
        }));
    }

    /**
     * The reservations of this instance with a change that is not delivered yet. They count as set aside until then, except
     * those that were made {@linkplain #reserveAnyway without Redis}, which do not count until they are delivered.
     */
    public Set<String> undelivered() {
        return outbox.reservations();
    }

    /**
     * The number of changes that this instance gave up and logged: 100,000 were kept already, or the change was undelivered
     * when the store was closed. The reservation of such a change counts as set aside until its lease ends. Then it becomes
     * unsettled, and is among {@link #unsettled}. A reservation that was made {@linkplain #reserveAnyway without Redis}, and
     * given up, does not count at all.
     */
    public long givenUp() {
        return outbox.givenUp();
    }

    /**
     * Accepts nothing more, and waits until all accepted and kept changes are delivered, at most for the timeout. Then it ends
     * the threads. Changes that are undelivered then are {@linkplain #givenUp given up}. The Redis client is not closed.
     */
    @Override
    public void close() {
        outbox.deliverBeforeClose();
        threads.close();
        outbox.close();
    }

    /** The namespace only, because the Redis client may hold a password. */
    @Override
    public String toString() {
        return "RedisBudgetStore[" + namespace + "]";
    }

    /** Moves the clock of Redis, as this store sees it. For tests. */
    void moveClock(Duration by) {
        script.moveClock(by);
    }

    private CompletionStage<@Nullable Void> change(String reservation, String step, List<String> arguments) {
        return threads.handOut(outbox.deliver(reservation, () -> script.run(step, arguments)));
    }

    private static List<String> arguments(String reservation, List<BudgetLine> lines) {
        List<String> arguments = new ArrayList<>(1 + 5 * lines.size());
        arguments.add(reservation);
        for (BudgetLine line : lines) {
            arguments.add(line.key());
            arguments.add(line.unit() == BudgetUnit.REQUESTS ? "1" : "0");
            arguments.add(MicroCredits.of(line.limit()));
            arguments.add(length(line));
            arguments.add(MicroCredits.of(line.amount()));
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

    /** Collects the settings of a store. Not thread-safe. */
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
         * Sets the prefix of all keys, which stands in braces. Instances with the same namespace share one limit. Default:
         * {@code neuralbox}.
         */
        public Builder namespace(String namespace) {
            if (namespace.isEmpty() || namespace.contains("{") || namespace.contains("}")) {
                throw new IllegalArgumentException("namespace must have characters, but no braces: " + namespace);
            }
            this.namespace = namespace;
            return this;
        }

        /** Sets the longest time that a generation waits for Redis, from 1 ms to 36,500 days. Default: 1 s. */
        public Builder timeout(Duration timeout) {
            this.timeout = requireUsable(timeout, "timeout");
            return this;
        }

        /**
         * Sets the time after which a reservation whose end was not reported becomes unsettled, from 1 ms to 36,500 days. It
         * should be longer than any generation takes. A generation that takes longer is still settled. Default: 1 h.
         */
        public Builder lease(Duration lease) {
            this.lease = requireUsable(lease, "lease");
            return this;
        }

        /** Sets how many threads, and so connections, call Redis at once; at least 1. Default: 4. */
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

        /** Sets the time after which a call that has not returned counts as hung. For tests. */
        Builder patience(Duration patience) {
            this.patience = patience;
            return this;
        }

        /** Creates the store. It does not call Redis yet. */
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
