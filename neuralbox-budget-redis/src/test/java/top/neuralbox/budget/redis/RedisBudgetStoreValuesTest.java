package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.BudgetLine;

/** Whatever a setter of the store accepts works; what does not work is refused there, by name. */
class RedisBudgetStoreValuesTest {

    private static final List<Duration> DURATIONS = List.of(
            Duration.ZERO,
            Duration.ofNanos(1),
            Duration.ofMillis(1),
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofDays(36_500),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));

    private static RedisServer server;
    private static RedisClient redis;

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

    /** One setter with one value. */
    record Case(String setter, String shown, BiConsumer<RedisBudgetStore.Builder, String> set) {
        @Override
        public String toString() {
            return setter + "(" + shown + ")";
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void setterRefusesByNameOrItsValueWorks(Case one) {
        String namespace = UUID.randomUUID().toString();
        RedisBudgetStore.Builder builder = RedisBudgetStore.builder(redis).namespace(namespace);
        try {
            one.set.accept(builder, namespace);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).contains(one.setter).hasSizeLessThan(300);
            return;
        }
        BudgetLine line = BudgetLine.credits("client n", BigDecimal.TEN, Duration.ofDays(10_000));
        try (RedisBudgetStore store = builder.build()) {
            store.reserve("r", List.of(line.withAmount(BigDecimal.ONE)))
                    .thenCompose(shortage -> store.settle("r", BigDecimal.ONE))
                    .thenCompose(settled -> store.usage(line))
                    .thenAccept(usage -> assertThat(usage.total()).isEqualByComparingTo("1"))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            // What a time-out of a millisecond means.
            assertThat(one.setter).isEqualTo("timeout");
            assertThat(e.getCause()).isInstanceOf(TimeoutException.class);
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Duration value : DURATIONS) {
            cases.add(new Case("timeout", value.toString(), (to, name) -> to.timeout(value)));
            cases.add(new Case("lease", value.toString(), (to, name) -> to.lease(value)));
        }
        for (int value : new int[] {0, 1, -1, 1_000, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            cases.add(new Case("threads", String.valueOf(value), (to, name) -> to.threads(value)));
        }
        for (String value : List.of("", " ", "\ud83d\ude00", "a\nb", "\u0000", "{", "}", ":", "x".repeat(100_000))) {
            // An empty one stays so; the others get a name that no other case has.
            cases.add(new Case(
                    "namespace",
                    value.length() < 10 ? value.replaceAll("[^ -~]", "?") : "100 KB",
                    (to, name) -> to.namespace(value.isEmpty() ? value : value + name)));
        }
        return cases.stream();
    }
}
