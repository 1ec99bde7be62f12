package top.neuralbox.spring.boot;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The properties {@code neuralbox.budget.redis.*}, as in {@link top.neuralbox.budget.redis.RedisBudgetStore}. {@code toString} does
 * not show the URL, which may have a password.
 *
 * @param url Address of the Redis on which the instances of the application share one budget.
 * @param namespace Prefix of all keys. Instances with the same namespace share one budget.
 * @param timeout Longest time that a generation waits for Redis.
 * @param lease Time after which a reservation whose end was not reported becomes unsettled.
 * @param threads How many threads call Redis at once.
 */
@ConfigurationProperties("neuralbox.budget.redis")
record NeuralBoxRedisProperties(
        @Nullable String url,
        @Nullable String namespace,
        @Nullable Duration timeout,
        @Nullable Duration lease,
        @Nullable Integer threads) {

    @Override
    public String toString() {
        return "NeuralBoxRedisProperties[namespace=" + namespace + "]";
    }
}
