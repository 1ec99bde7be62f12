package top.neuralbox.spring.boot;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.util.JedisURIHelper;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.redis.RedisBudgetStore;

/** The store of a budget that the instances of an application share. */
@AutoConfiguration
@ConditionalOnClass({RedisBudgetStore.class, UnifiedJedis.class})
@ConditionalOnProperty(name = "neuralbox.enabled", matchIfMissing = true)
@ConditionalOnProperty("neuralbox.budget.redis.url")
@ConditionalOnMissingBean(BudgetStore.class)
@EnableConfigurationProperties(NeuralBoxRedisProperties.class)
final class NeuralBoxRedisAutoConfiguration {

    /** The defaults of the store. */
    private static final int THREADS = 4;

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** Jedis compares them as they are written. */
    private static final Set<String> SCHEMES = Set.of("redis", "rediss");

    /** There is one attempt, so nothing is tried again. Jedis drops the cause of a failure that comes after its limit. */
    private static final Duration UNLIMITED = Duration.ofDays(1);

    NeuralBoxRedisAutoConfiguration() {}

    /** Not for injection by type: an application's own clients of Redis are no concern of this one. */
    @Bean(destroyMethod = "close", defaultCandidate = false)
    UnifiedJedis neuralBoxBudgetRedis(NeuralBoxRedisProperties properties) {
        URI url = address(properties.url());
        Duration timeout = Objects.requireNonNullElse(properties.timeout(), TIMEOUT);
        int threads = Objects.requireNonNullElse(properties.threads(), THREADS);
        // With constructors that Jedis 6, 7 and 8 share: each of them has a pooled client that another one lacks.
        return new UnifiedJedis(
                new PooledConnectionProvider(
                        JedisURIHelper.getHostAndPort(url), client(url, timeout), pool(threads, timeout)),
                1,
                UNLIMITED);
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

    private static JedisClientConfig client(URI url, Duration timeout) {
        int millis = (int) Math.min(Math.max(1, timeout.toMillis()), Integer.MAX_VALUE);
        return DefaultJedisClientConfig.builder()
                .timeoutMillis(millis)
                .user(JedisURIHelper.getUser(url))
                .password(JedisURIHelper.getPassword(url))
                .database(JedisURIHelper.getDBIndex(url))
                .protocol(JedisURIHelper.getRedisProtocol(url))
                .ssl(JedisURIHelper.isRedisSSLScheme(url))
                .sslParameters(verifyingTheHost())
                .build();
    }

    /** Jedis 6 and 7 do not compare the host's name with the certificate by themselves. */
    private static SSLParameters verifyingTheHost() {
        SSLParameters parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }

    /** A connection for each thread of the store, and for those that take the place of a thread that hangs. */
    private static ConnectionPoolConfig pool(int threads, Duration timeout) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal((int) Math.min(4L * threads, Integer.MAX_VALUE));
        pool.setMaxIdle(threads);
        pool.setMaxWait(timeout);
        // Otherwise each pooled connection fails once after a restart of Redis, or after it was cut while it was idle.
        pool.setTestOnBorrow(true);
        return pool;
    }

    /**
     * Jedis takes a URI without a host or a port, or with a user name alone, and fails later. With any scheme but {@code rediss}
     * it would send the password in clear text. The message does not repeat the URL, which may have a password.
     */
    private static URI address(@Nullable String url) {
        URI address = ClientFactory.uri("neuralbox.budget.redis.url", url);
        if (address == null) {
            throw new IllegalStateException("neuralbox.budget.redis.url is empty. Set it, for example to"
                    + " redis://localhost:6379. To use no Redis, remove the property");
        }
        if (!SCHEMES.contains(String.valueOf(address.getScheme()))) {
            throw new IllegalStateException(
                    "neuralbox.budget.redis.url must begin with redis:// or, for TLS, rediss://");
        }
        String user = address.getUserInfo();
        if (address.getHost() == null || address.getPort() < 0 || (user != null && user.indexOf(':') < 0)) {
            throw new IllegalStateException(
                    "neuralbox.budget.redis.url must have a host and a port, and a colon before a password, for example"
                            + " redis://:password@localhost:6379. "
                            + ClientFactory.HOW_TO_WRITE_A_PASSWORD);
        }
        return address;
    }
}
