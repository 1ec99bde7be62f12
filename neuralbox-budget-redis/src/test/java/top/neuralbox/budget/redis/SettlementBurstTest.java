package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.logs.Logs;

/** More generations end while Redis hangs than may wait for an answer of it. */
@Logs(perhaps = "could not be delivered to Redis")
class SettlementBurstTest {

    private static final int BURST = 14_000;
    private static final BigDecimal PRICE = new BigDecimal(3);

    @Test
    void everySettlementIsDeliveredWhenRedisIsBack() {
        BudgetLine line = BudgetLine.credits("burst", PRICE.multiply(BigDecimal.valueOf(BURST)), null);
        // To write each of them to the disk would take most of the time.
        try (RedisServer server = RedisServer.start("--appendfsync", "no");
                RedisClient redis = server.client();
                RedisBudgetStore store = RedisBudgetStore.builder(redis)
                        .timeout(Duration.ofSeconds(2))
                        .build()) {
            for (int i = 0; i < BURST; i += 200) {
                int first = i;
                all(200, k -> store.reserve("burst " + (first + k), List.of(line.withAmount(PRICE))))
                        .join();
            }
            server.freeze();
            try {
                assertThat(all(BURST, i -> store.settle("burst " + i, BigDecimal.ONE)))
                        .failsWithin(RedisServer.PATIENCE)
                        .withThrowableOfType(ExecutionException.class);
                assertThat(store.undelivered()).hasSizeGreaterThan(10_000);
            } finally {
                server.thaw();
            }
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());

            assertThat(store.usage(line).toCompletableFuture().join())
                    .isEqualTo(new BudgetUsage(BigDecimal.valueOf(BURST), BigDecimal.ZERO, BigDecimal.ZERO));
            assertThat(store.givenUp()).isZero();
        }
    }

    private static CompletableFuture<Void> all(int count, IntFunction<CompletionStage<?>> step) {
        List<CompletableFuture<?>> stages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            stages.add(step.apply(i).toCompletableFuture());
        }
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
    }
}
