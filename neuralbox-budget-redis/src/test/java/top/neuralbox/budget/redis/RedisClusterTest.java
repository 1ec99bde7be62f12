package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.params.MigrateParams;
import redis.clients.jedis.util.JedisClusterCRC16;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.contract.BudgetStoreContract;
import top.neuralbox.logs.Logs;

/** The contract of every store on a Redis Cluster, and what becomes of a budget while its node or its slot is moved or lost. */
@Logs(perhaps = "could not be delivered to Redis")
class RedisClusterTest implements BudgetStoreContract {

    private static final BigDecimal FOUR = new BigDecimal(4);

    private static RedisClusterNodes cluster;
    private static RedisClusterClient redis;

    private final BudgetLine line = BudgetLine.credits("line", BigDecimal.TEN, null);
    private RedisBudgetStore store;

    @BeforeAll
    static void startCluster() {
        cluster = RedisClusterNodes.start();
        redis = cluster.client();
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            redis.close();
            cluster.close();
        }
    }

    @BeforeEach
    void open() {
        store = open(UUID.randomUUID().toString());
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
    void allKeysOfANamespaceAreOnOneNodeAndNamespacesAreSpread() {
        for (RedisServer node : cluster.nodes()) {
            String namespace = cluster.namespaceOn(node);
            try (RedisBudgetStore here = open(namespace)) {
                await(here.reserve(
                        "a",
                        List.of(BudgetLine.credits("line", BigDecimal.TEN, Duration.ofDays(1))
                                .withAmount(FOUR))));
                await(here.leaveUnsettled("a"));
                await(here.reserve(
                        "b",
                        List.of(BudgetLine.credits("other", BigDecimal.TEN, null)
                                .withAmount(FOUR))));
            }
            for (RedisServer each : cluster.nodes()) {
                assertThat(keys(each, namespace)).hasSize(each == node ? 5 : 0);
            }
        }
    }

    @Test
    void settlementWhoseNodeIsLostIsDeliveredWhenItIsBack() {
        RedisServer node = cluster.nodes().get(1);
        try (RedisBudgetStore here = open(cluster.namespaceOn(node), Duration.ofSeconds(2))) {
            reserveIn(here, "lost");
            node.kill();
            assertThat(here.settle("lost", BigDecimal.ONE).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            assertThat(here.reserve("refused", List.of(line.withAmount(FOUR))).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            node.restart();
            cluster.awaitWhole();
            RedisServer.await("delivery", () -> here.undelivered().isEmpty());

            // What was asked for while the node was lost did not reach it.
            assertThat(await(here.usage(line)))
                    .isEqualTo(new BudgetUsage(BigDecimal.ONE, BigDecimal.ZERO, BigDecimal.ZERO));
        }
    }

    /** While some of its keys are on one node and some on another, no node can run a step. */
    @Test
    void budgetWhoseSlotIsMovedIsRefusedMeanwhileAndGoesOnAfterwards() {
        RedisServer from = cluster.nodes().get(0);
        RedisServer to = cluster.nodes().get(2);
        String namespace = cluster.namespaceOn(from);
        int slot = JedisClusterCRC16.getSlot("{" + namespace + "}");
        try (RedisBudgetStore here = open(namespace, Duration.ofSeconds(2))) {
            reserveIn(here, "moved");
            move(slot, from, to, List.of("{" + namespace + "}:lines"));
            assertThat(here.settle("moved", BigDecimal.ONE).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            assertThat(here.reserve("refused", List.of(line.withAmount(FOUR))).toCompletableFuture())
                    .failsWithin(RedisServer.PATIENCE)
                    .withThrowableOfType(ExecutionException.class);
            finish(slot, from, to, namespace);
            RedisServer.await("delivery", () -> here.undelivered().isEmpty());

            assertThat(await(here.usage(line)))
                    .isEqualTo(new BudgetUsage(BigDecimal.ONE, BigDecimal.ZERO, BigDecimal.ZERO));
            assertThat(keys(to, namespace)).isNotEmpty();
        } finally {
            move(slot, to, from, List.of());
            finish(slot, to, from, namespace);
        }
    }

    private static void move(int slot, RedisServer from, RedisServer to, List<String> keys) {
        to.ask(node -> node.clusterSetSlotImporting(slot, from.ask(Jedis::clusterMyId)));
        from.ask(node -> node.clusterSetSlotMigrating(slot, to.ask(Jedis::clusterMyId)));
        migrate(from, to, keys);
    }

    private static void finish(int slot, RedisServer from, RedisServer to, String namespace) {
        migrate(from, to, List.copyOf(keys(from, namespace)));
        String id = to.ask(Jedis::clusterMyId);
        to.ask(node -> node.clusterSetSlotNode(slot, id));
        from.ask(node -> node.clusterSetSlotNode(slot, id));
        cluster.nodes().forEach(each -> each.ask(node -> node.clusterSetSlotNode(slot, id)));
    }

    private static void migrate(RedisServer from, RedisServer to, List<String> keys) {
        if (!keys.isEmpty()) {
            HostAndPort target = to.address();
            from.ask(node -> node.migrate(
                    target.getHost(),
                    target.getPort(),
                    10_000,
                    new MigrateParams().auth(RedisServer.PASSWORD),
                    keys.toArray(String[]::new)));
        }
    }

    private static Set<String> keys(RedisServer node, String namespace) {
        return node.ask(jedis -> jedis.keys("{" + namespace + "}:*"));
    }

    private void reserveIn(RedisBudgetStore here, String reservation) {
        assertThat(await(here.reserve(reservation, List.of(line.withAmount(FOUR)))))
                .isEmpty();
    }

    private static RedisBudgetStore open(String namespace) {
        return open(namespace, RedisServer.PATIENCE);
    }

    private static RedisBudgetStore open(String namespace, Duration timeout) {
        return RedisBudgetStore.builder(redis)
                .namespace(namespace)
                .timeout(timeout)
                .build();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(RedisServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
