package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisSentinelClient;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.logs.Logs;

/** What becomes of a budget when Sentinel puts a replica in the place of the primary. */
@Logs(
        value = {"Redis master running at", "Created connection pool to master"},
        perhaps = "could not be delivered to Redis")
class RedisSentinelTest {

    private static final BigDecimal FOUR = new BigDecimal(4);
    private static final BudgetLine LINE = BudgetLine.credits("line", BigDecimal.TEN, null);

    /** Killed, so that whoever asks hears of it at once. */
    @Test
    void whatWasReplicatedHoldsAndWhatEndsMeanwhileIsDeliveredToTheNewPrimary() {
        try (RedisSentinels sentinels = RedisSentinels.start();
                RedisSentinelClient redis = sentinels.client();
                RedisBudgetStore store = open(redis)) {
            reserve(store, "a", 4);
            reserve(store, "b", 4);
            sentinels.awaitReplication();
            sentinels.first().kill();
            assertThat(store.settle("a", BigDecimal.ONE).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            sentinels.awaitFailover();
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());

            assertThat(usage(store)).isEqualTo(new BudgetUsage(BigDecimal.ONE, FOUR, BigDecimal.ZERO));
            reserve(store, "c", 5);
            assertThat(store.reserve("d", List.of(LINE.withAmount(BigDecimal.ONE)))
                            .toCompletableFuture()
                            .join())
                    .isPresent();
        }
    }

    /** Frozen, so that whoever asks hears nothing; it comes back as a replica. */
    @Test
    void primaryThatHangsIsReplacedAndSettlementsGetThrough() {
        try (RedisSentinels sentinels = RedisSentinels.start();
                RedisSentinelClient redis = sentinels.client();
                RedisBudgetStore store = open(redis)) {
            reserve(store, "a", 4);
            sentinels.awaitReplication();
            sentinels.first().freeze();
            try {
                assertThat(store.settle("a", BigDecimal.ONE).toCompletableFuture())
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
                sentinels.awaitFailover();
                RedisServer.await("delivery", () -> store.undelivered().isEmpty());
            } finally {
                sentinels.first().thaw();
            }
            assertThat(usage(store)).isEqualTo(new BudgetUsage(BigDecimal.ONE, BigDecimal.ZERO, BigDecimal.ZERO));
        }
    }

    /** What the page of this module says does not hold: an acknowledged reservation, and its cost, are forgotten. */
    @Test
    void whatWasAcknowledgedButNotReplicatedIsForgotten() {
        try (RedisSentinels sentinels = RedisSentinels.start();
                RedisSentinelClient redis = sentinels.client();
                RedisBudgetStore store = open(redis)) {
            reserve(store, "kept", 4);
            sentinels.awaitReplication();
            sentinels.cutReplication();
            reserve(store, "forgotten", 4);
            sentinels.first().kill();
            sentinels.awaitFailover();
            RedisServer.await(
                    "answer",
                    () -> store.usage(LINE)
                            .handle((usage, error) -> error == null)
                            .toCompletableFuture()
                            .join());

            assertThat(usage(store)).isEqualTo(new BudgetUsage(BigDecimal.ZERO, FOUR, BigDecimal.ZERO));
            store.settle("forgotten", FOUR).toCompletableFuture().join();
            assertThat(usage(store)).isEqualTo(new BudgetUsage(BigDecimal.ZERO, FOUR, BigDecimal.ZERO));
        }
    }

    /** What the page of this module advises. */
    @Test
    void primaryThatMustHaveAReplicaAcknowledgesNothingThatWouldBeForgotten() {
        try (RedisSentinels sentinels =
                        RedisSentinels.start("--min-replicas-to-write", "1", "--min-replicas-max-lag", "1");
                RedisSentinelClient redis = sentinels.client();
                RedisBudgetStore store = open(redis)) {
            RedisServer.await(
                    "replica",
                    () -> store.reserve("kept", List.of(LINE.withAmount(FOUR)))
                            .handle((shortage, error) -> error == null)
                            .toCompletableFuture()
                            .join());
            sentinels.cutReplication();

            assertThat(store.reserve("refused", List.of(LINE.withAmount(FOUR))).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableThat()
                    .withMessageContaining("NOREPLICAS");
        }
    }

    private static RedisBudgetStore open(RedisSentinelClient redis) {
        return RedisBudgetStore.builder(redis).timeout(Duration.ofSeconds(2)).build();
    }

    private static void reserve(RedisBudgetStore store, String reservation, int credits) {
        assertThat(store.reserve(reservation, List.of(LINE.withAmount(BigDecimal.valueOf(credits))))
                        .toCompletableFuture()
                        .join())
                .isEmpty();
    }

    private static BudgetUsage usage(RedisBudgetStore store) {
        return store.usage(LINE).toCompletableFuture().join();
    }
}
