package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.RedisClient;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetListener;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;

/** What becomes of generations while Redis is killed, or hangs, and when it is back. */
@Logs({"could not be delivered to Redis", "that were given up"})
class RedisLostTest implements BudgetListener {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final BigDecimal PRICE = new BigDecimal(3);
    private static final BudgetLine LINE = BudgetLine.credits("client default", new BigDecimal(100), null);

    private final List<String> unsettled = new CopyOnWriteArrayList<>();
    private final LocalNeuralBox service = LocalNeuralBox.start();
    private RedisServer server;
    private RedisClient redis;
    private RedisBudgetStore store;

    @BeforeEach
    void startRedis() {
        server = RedisServer.start();
        redis = server.client();
        store = RedisBudgetStore.builder(redis).timeout(Duration.ofSeconds(2)).build();
    }

    @AfterEach
    void stopRedis() {
        service.close();
        if (server != null) {
            store.close();
            redis.close();
            server.close();
        }
    }

    @Override
    public void unsettled(GenerationInfo info, String reservation, BigDecimal credits) {
        unsettled.add(reservation);
    }

    @ParameterizedTest
    @EnumSource
    void redisThatIsKilledStopsNoGenerationUnderWayAndIsToldItsCostWhenItIsBack(Transports transports)
            throws Exception {
        Gate gate = new Gate();
        try (Transport transport = transports.open();
                NeuralBox client = client(transport, budget(false))) {
            var price = client.account().model("gpt-5");
            assertThat(price.maxPrice()).isEqualTo(PRICE);
            service.misbehave(Fault.stallAfter(130, gate));
            CompletableFuture<Generation> running = client.generateAsync(REQUEST);
            RedisServer.await("generation under way", () -> service.requestCount() == 2);
            server.kill();
            gate.open();

            assertThat(running.get(20, TimeUnit.SECONDS).text()).isNotEmpty();
            RedisServer.await("failed settlement", () -> !unsettled.isEmpty());
            assertThat(store.undelivered()).containsExactlyElementsOf(unsettled);
            server.restart();
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());
            assertThat(usage()).isEqualTo(new BudgetUsage(PRICE, BigDecimal.ZERO, BigDecimal.ZERO));
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutRedisNothingIsSentUnlessItIsAllowed(Transports transports) {
        try (Transport transport = transports.open();
                NeuralBox client = client(transport, budget(false))) {
            var price = client.account().model("gpt-5");
            assertThat(price.maxPrice()).isEqualTo(PRICE);
            server.kill();

            assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(BudgetUnavailableException.class);
            assertThat(service.requestCount()).isEqualTo(1);
            assertThat(service.creditsCharged()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAllowedWithoutRedisIsCountedWhenItIsBack(Transports transports) {
        try (Transport transport = transports.open();
                NeuralBox client = client(transport, budget(true))) {
            server.kill();
            for (int i = 0; i < 3; i++) {
                assertThat(client.generate(REQUEST).text()).isNotEmpty();
            }
            server.restart();
            RedisServer.await("delivery", () -> usageOrNone().spent().equals(new BigDecimal(9)));

            assertThat(usage().spent()).isEqualByComparingTo(service.creditsCharged());
            assertThat(usage().reserved()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void redisThatHangsHoldsAGenerationNoLongerThanTheTimeout(Transports transports) {
        try (Transport transport = transports.open();
                NeuralBox client = client(transport, budget(false))) {
            var price = client.account().model("gpt-5");
            assertThat(price.maxPrice()).isEqualTo(PRICE);
            assertThat(usage()).isEqualTo(BudgetUsage.NONE);
            server.freeze();
            try {
                // It comes back from here while Redis still hangs: that is the bound.
                assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(BudgetUnavailableException.class);
                assertThat(service.requestCount()).isEqualTo(1);
            } finally {
                server.thaw();
            }
            // The reservation arrived when Redis woke up, and is taken back.
            RedisServer.await("delivery", () -> store.undelivered().isEmpty());
            RedisServer.await("release", () -> usageOrNone().equals(BudgetUsage.NONE));
        }
    }

    @Test
    void reservationWhoseAnswerWasLostArrivesLateAndIsTakenBack() {
        assertThat(usage()).isEqualTo(BudgetUsage.NONE);
        server.freeze();
        try {
            assertThat(store.reserve("late", List.of(LINE.withAmount(PRICE))).toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableOfType(ExecutionException.class);
        } finally {
            server.thaw();
        }
        RedisServer.await(
                "late arrival",
                () -> usageOrNone().reserved().equals(PRICE)
                        && usageOrNone().spent().signum() == 0);
        store.settle("late", BigDecimal.ZERO).toCompletableFuture().join();

        assertThat(usage()).isEqualTo(BudgetUsage.NONE);
    }

    @Test
    void questionsThatWaitBehindAHangingRedisFailInTimeToo() {
        assertThat(usage()).isEqualTo(BudgetUsage.NONE);
        server.freeze();
        try {
            List<CompletableFuture<BudgetUsage>> asked = java.util.stream.Stream.generate(
                            () -> store.usage(LINE).toCompletableFuture())
                    .limit(200)
                    .toList();

            assertThat(asked)
                    .allSatisfy(question -> assertThat(question)
                            .failsWithin(Duration.ofSeconds(20))
                            .withThrowableThat()
                            .withRootCauseInstanceOf(Exception.class));
            assertThat(asked)
                    .anySatisfy(question -> assertThat(
                                    question.handle((usage, error) -> error).join())
                            .isInstanceOf(TimeoutException.class));
        } finally {
            server.thaw();
        }
    }

    private CreditBudget budget(boolean allow) {
        return CreditBudget.builder()
                .limit(LINE.limit())
                .estimate(request -> allow ? PRICE : null)
                .allowWithoutStore(allow)
                .store(store)
                .listener(this)
                .build();
    }

    private NeuralBox client(Transport transport, CreditBudget budget) {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(transport)
                .budget(budget)
                .build();
    }

    private BudgetUsage usage() {
        return store.usage(LINE).toCompletableFuture().join();
    }

    private BudgetUsage usageOrNone() {
        return store.usage(LINE)
                .handle((usage, error) -> error == null ? usage : new BudgetUsage(PRICE, PRICE, PRICE))
                .toCompletableFuture()
                .join();
    }
}
