package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.contract.BudgetStoreContract;

/** The contract of every store, and what Redis has beyond it: leases, late arrivals, and things to tidy up. */
class RedisBudgetStoreTest implements BudgetStoreContract {

    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final BigDecimal FOUR = new BigDecimal(4);

    private static RedisServer server;
    private static RedisClient redis;

    private final String namespace = UUID.randomUUID().toString();
    private RedisBudgetStore store;

    @BeforeAll
    static void startRedis() {
        server = RedisServer.start();
        redis = server.client();
    }

    @AfterAll
    static void stopRedis() {
        if (server != null) {
            redis.close();
            server.close();
        }
    }

    @BeforeEach
    void open() {
        store = open(namespace);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    public BudgetStore store() {
        return store;
    }

    @Override
    public void moveClock(Duration by) {
        store.moveClock(by);
    }

    @Test
    void storesOfOneNamespaceHoldOneLimit() {
        BudgetLine line = line(Duration.ofDays(1));
        try (RedisBudgetStore other = open(namespace)) {
            reserve(store, "8", line);

            assertThat(await(other.reserve("late", List.of(line.withAmount(FOUR)))))
                    .isPresent();
        }
    }

    @Test
    void storesOfOtherNamespacesDoNotSeeEachOther() {
        BudgetLine line = line(Duration.ofDays(1));
        try (RedisBudgetStore other = open(namespace + "-other")) {
            reserve(store, "8", line);

            assertThat(await(other.usage(line))).isEqualTo(BudgetUsage.NONE);
        }
    }

    @Test
    void reservationOfAProcessThatDiedBecomesUnsettledWhenItsLeaseEnds() {
        BudgetLine line = line(null);
        String reservation = reserve(store, "4", line);
        store.moveClock(LEASE.minusSeconds(1));
        assertThat(await(store.unsettled())).isEmpty();
        store.moveClock(Duration.ofSeconds(1));

        assertThat(await(store.unsettled())).containsOnlyKeys(reservation).containsValue(FOUR);
        assertThat(await(store.usage(line))).isEqualTo(new BudgetUsage(BigDecimal.ZERO, BigDecimal.ZERO, FOUR));
    }

    @Test
    void reservationOverdueIsStillSettled() {
        BudgetLine line = line(null);
        String reservation = reserve(store, "4", line);
        store.moveClock(LEASE);
        await(store.unsettled());
        await(store.settle(reservation, BigDecimal.ONE));

        assertThat(await(store.usage(line)))
                .isEqualTo(new BudgetUsage(BigDecimal.ONE, BigDecimal.ZERO, BigDecimal.ZERO));
        assertThat(await(store.unsettled())).isEmpty();
    }

    @Test
    void requestOfAProcessThatDiedIsSpentWhenItsLeaseEnds() {
        BudgetLine line = BudgetLine.requests("line " + UUID.randomUUID(), BigDecimal.TEN, Duration.ofDays(10_000));
        reserve(store, "1", line);
        store.moveClock(LEASE);

        assertThat(await(store.unsettled())).isEmpty();
        assertThat(await(store.usage(line)))
                .isEqualTo(new BudgetUsage(BigDecimal.ONE, BigDecimal.ZERO, BigDecimal.ZERO));
    }

    @Test
    void figuresThatLuaWouldRoundAreRefused() {
        BudgetLine line = line(null);

        assertThatThrownBy(() -> await(store.reserve("a", List.of(line.withAmount(new BigDecimal("0.0000001"))))))
                .hasRootCauseMessage("credits must not have more than 6 decimals");
        assertThatThrownBy(
                        () -> await(store.reserve("a", List.of(line.withAmount(new BigDecimal("9007199254.740992"))))))
                .hasRootCauseMessage("credits must be from 0 to 9007199254.740991");
        assertThat(await(store.usage(line))).isEqualTo(BudgetUsage.NONE);
    }

    @Test
    void costThatDoesNotFitLeavesItsReservationUnsettled() {
        BudgetLine line = line(null);
        String reservation = reserve(store, "4", line);

        assertThatThrownBy(() -> await(store.settle(reservation, new BigDecimal("0.0000001"))))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
        assertThat(await(store.unsettled())).containsOnlyKeys(reservation);
        assertThat(store.undelivered()).isEmpty();
    }

    @Test
    void nothingOfPastWindowsStaysInRedis() {
        BudgetLine line = line(Duration.ofMinutes(1));
        await(store.settle(reserve(store, "1", line), BigDecimal.ONE));
        await(store.leaveUnsettled(reserve(store, "2", line)));
        reserve(store, "3", line);
        BudgetLine requests = BudgetLine.requests("line " + UUID.randomUUID(), BigDecimal.TEN, line.window());
        await(store.leaveUnsettled(reserve(store, "1", requests)));
        await(store.lower(requests, BigDecimal.ONE, null));
        store.moveClock(Duration.ofDays(1));
        await(store.unsettled());
        await(store.unsettled());

        assertThat(redis.keys("{" + namespace + "}:*")).isEmpty();
    }

    @Test
    void scriptThatRedisHasForgottenIsSentAgain() {
        redis.scriptFlush();

        assertThat(await(store.usage(line(null)))).isEqualTo(BudgetUsage.NONE);
    }

    @Test
    void closedStoreFailsInsteadOfWaiting() {
        store.close();

        assertThatThrownBy(() -> await(store.usage(line(null)))).isNotNull();
    }

    private static RedisBudgetStore open(String namespace) {
        return RedisBudgetStore.builder(redis)
                .namespace(namespace)
                .lease(LEASE)
                .timeout(RedisServer.PATIENCE)
                .build();
    }

    private static String reserve(BudgetStore store, String credits, BudgetLine line) {
        String reservation = UUID.randomUUID().toString();
        assertThat(await(store.reserve(reservation, List.of(line.withAmount(new BigDecimal(credits))))))
                .isEmpty();
        return reservation;
    }

    private static BudgetLine line(Duration window) {
        return BudgetLine.credits("line " + UUID.randomUUID(), BigDecimal.TEN, window);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(RedisServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
