package top.neuralbox.spring.boot;

import java.net.URI;
import java.util.Objects;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import redis.clients.jedis.UnifiedJedis;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.redis.RedisBudgetStore;

/** The store of a budget that the instances of an application share. */
@AutoConfiguration
@ConditionalOnClass({RedisBudgetStore.class, UnifiedJedis.class})
@ConditionalOnProperty("neuralbox.budget.redis.url")
@ConditionalOnMissingBean(BudgetStore.class)
@EnableConfigurationProperties(NeuralBoxRedisProperties.class)
final class NeuralBoxRedisAutoConfiguration {

    NeuralBoxRedisAutoConfiguration() {}

    /** Not for injection by type: an application's own clients of Redis are no concern of this one. */
    @Bean(destroyMethod = "close", defaultCandidate = false)
    UnifiedJedis neuralBoxBudgetRedis(NeuralBoxRedisProperties properties) {
        URI url = Objects.requireNonNull(properties.url());
        try {
            return new UnifiedJedis(url);
        } catch (NoSuchMethodError notOfBoot) {
            throw new IllegalStateException(
                    "neuralbox.budget.redis.url needs Jedis 6 or 7, which Spring Boot manages; for another version,"
                            + " define a bean of RedisBudgetStore and leave this property out",
                    notOfBoot);
        }
    }

    @Bean(destroyMethod = "close")
    RedisBudgetStore neuralBoxBudgetStore(
            @Qualifier("neuralBoxBudgetRedis") UnifiedJedis redis, NeuralBoxRedisProperties properties) {
        RedisBudgetStore.Builder store = RedisBudgetStore.builder(redis);
        ClientFactory.set(properties.namespace(), store::namespace);
        ClientFactory.set(properties.timeout(), store::timeout);
        ClientFactory.set(properties.lease(), store::lease);
        ClientFactory.set(properties.threads(), store::threads);
        return store.build();
    }
}
