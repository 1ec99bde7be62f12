package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.CreditBudget;

class ReadmeExampleTest {

    /** No Redis is asked: neither client nor store connects before there is something to count. */
    @Test
    void exampleMakesABudgetWithoutAskingRedis() {
        RedisClient redis = RedisClient.create("redis://localhost:6379");
        RedisBudgetStore store =
                RedisBudgetStore.builder(redis).namespace("chat").build();
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(1_000), Duration.ofDays(1))
                .store(store)
                .build();

        assertThat(store.undelivered()).isEmpty();
        assertThat(budget).isNotNull();
        store.close();
        redis.close();
    }
}
