package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.WireSpelling;

/** Two processes that spend from one account under one limit. */
class FleetTest {

    /** So many that the two together cannot have them all, and that neither can use up the limit alone. */
    private static final int CALLS = 100;

    private static final BigDecimal LIMIT = new BigDecimal(450);
    private static final BigDecimal PRICE = new BigDecimal(3);

    static Stream<Arguments> services() {
        return Stream.of(WireSpelling.values())
                .flatMap(
                        spelling -> Stream.of(Transports.values()).map(transport -> Arguments.of(spelling, transport)));
    }

    @ParameterizedTest
    @MethodSource("services")
    void twoProcessesHoldOneLimitAndTheirSumsAgreeWithTheAccount(WireSpelling spelling, Transports transport)
            throws Exception {
        BudgetLine line = BudgetLine.credits("client default", LIMIT, null);
        try (RedisServer server = RedisServer.start();
                RedisClient redis = server.client();
                RedisBudgetStore store = RedisBudgetStore.builder(redis)
                        .namespace("fleet")
                        .timeout(RedisServer.PATIENCE)
                        .build();
                LocalNeuralBox service = LocalNeuralBox.builder()
                        .spelling(spelling)
                        .balance(BigDecimal.valueOf(1_000_000))
                        .start()) {
            service.misbehave(faults());
            try (FleetMember one = start(server, service, transport);
                    FleetMember two = start(server, service, transport)) {
                one.begin(CALLS);
                two.begin(CALLS);
                BigDecimal most = BigDecimal.ZERO;
                while (one.isRunning() || two.isRunning()) {
                    BudgetUsage now = store.usage(line).toCompletableFuture().join();
                    most = most.max(now.total());
                }
                BudgetUsage usage = store.usage(line).toCompletableFuture().join();

                assertThat(most.max(usage.total())).isLessThanOrEqualTo(LIMIT);
                assertThat(one.completed()).isPositive();
                assertThat(two.completed()).isPositive();
                assertThat(one.refused() + two.refused()).isPositive();
                assertThat(one.ended() + two.ended()).isEqualTo(2 * CALLS);
                assertThat(usage.reserved()).isZero();
                assertThat(usage.unsettled())
                        .isEqualByComparingTo(PRICE.multiply(BigDecimal.valueOf(one.unknown() + two.unknown())));
                assertThat(usage.spent()).isEqualByComparingTo(service.creditsCharged());
                assertThat(one.credits().add(two.credits())).isEqualByComparingTo(service.creditsCharged());
            }
        }
    }

    private static FleetMember start(RedisServer server, LocalNeuralBox service, Transports transport)
            throws IOException {
        return FleetMember.start(server.port(), service.uri(), transport);
    }

    /** Of each kind some, in any order: refused, failed, cut, ended without the end. */
    private static Fault[] faults() {
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            faults.add(Fault.refuse(422, "validation_error", "no"));
            faults.add(Fault.fail(1, "the provider gave up"));
            faults.add(Fault.cutAfter(8 * i));
            faults.add(Fault.withoutEnd());
        }
        Collections.shuffle(faults, new Random(7));
        return faults.toArray(Fault[]::new);
    }
}
