package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * A fleet of clients in a few processes, which share one account and one Redis. By default it is small, and a test that the
 * limits hold. With {@code -Dfleet.clients=200} it also measures, and prints the figures of docs/capacity.md.
 */
class FleetSimulationTest {

    private static final int CLIENTS = Integer.getInteger("fleet.clients", 8);
    private static final int PROCESSES = Integer.getInteger("fleet.processes", CLIENTS < 50 ? 2 : 4);
    private static final boolean MEASURED = System.getProperty("fleet.clients") != null;
    private static final long SECONDS = Long.getLong("fleet.seconds", 10);

    /** The limits of the account; the plan of the documented example. */
    private static final SimulatedLimits LIMITS = new SimulatedLimits(100, 1_000);

    private final List<SimulatedClients> fleet = new ArrayList<>();
    private RedisServer server;
    private RedisClient redis;
    private RedisBudgetStore store;

    @BeforeEach
    void startRedis() {
        server = RedisServer.start("--appendfsync", "everysec");
        redis = server.client();
        store = RedisBudgetStore.builder(redis)
                .namespace(SimulatedClients.NAMESPACE)
                .timeout(RedisServer.PATIENCE)
                .build();
    }

    @AfterEach
    void stop() {
        fleet.forEach(SimulatedClients::close);
        store.close();
        redis.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Transports.class)
    void fleetSendsExactlyAsManyRequestsAsTheAccountHas(Transports transport) throws IOException {
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                .rateLimit(LIMITS.hour(), LIMITS.day())
                .balance(SimulatedClients.CREDITS_A_DAY)
                .start()) {
            service.misbehave(faults());
            start(service, transport);
            Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
            long[] counts = spend();
            boolean oneHour = Instant.now().truncatedTo(ChronoUnit.HOURS).equals(hour);

            assertThat(counts[0]).as("completed").isPositive();
            assertThat(counts[1]).as("refused").isGreaterThanOrEqualTo(CLIENTS);
            if (oneHour) {
                assertThat(counts[2]).as("refused by the service").isZero();
                assertThat(service.requestCount()).isEqualTo(LIMITS.hour());
                assertThat(usage(Duration.ofHours(1))).isEqualTo(spent(LIMITS.hour()));
                assertThat(usage(Duration.ofDays(1)).total()).isEqualByComparingTo(BigDecimal.valueOf(LIMITS.hour()));
            } else {
                assertThat(service.requestCount()).isLessThanOrEqualTo(2 * LIMITS.hour() + counts[2]);
            }
            print(
                    "%s: %d clients in %d processes, %d completed, %d refused by the budget, %d by the service; %d requests"
                            .formatted(
                                    transport,
                                    CLIENTS,
                                    PROCESSES,
                                    counts[0],
                                    counts[1],
                                    counts[2],
                                    service.requestCount()));
            if (MEASURED && transport == Transports.HTTPCLIENT) {
                measure("ask %d 1000".formatted(SECONDS));
                measure("ask %d 0".formatted(SECONDS));
            }
        }
    }

    private void start(LocalNeuralBox service, Transports transport) throws IOException {
        for (int i = 0; i < PROCESSES; i++) {
            fleet.add(SimulatedClients.start(server.port(), service.uri(), transport, CLIENTS / PROCESSES, LIMITS));
        }
    }

    private long[] spend() throws IOException {
        fleet.forEach(process -> process.begin("spend"));
        long[] sum = new long[3];
        for (SimulatedClients process : fleet) {
            long[] counts = process.result();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += counts[i];
            }
        }
        return sum;
    }

    private void measure(String task) throws IOException {
        double cpu = cpuSeconds();
        var unused = server.ask(Jedis::configResetStat);
        long begin = System.nanoTime();
        fleet.forEach(process -> process.begin(task));
        List<long[]> all = new ArrayList<>();
        for (SimulatedClients process : fleet) {
            all.add(process.result());
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double operations = figure("commandstats", "cmdstat_evalsha:calls=");
        double perOperation = (cpuSeconds() - cpu) / operations;
        long[] micros = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        print(
                "%s: %.0f operations a second; a reservation took p50 %.2f ms, p99 %.2f ms; Redis used %.0f us of CPU an operation"
                        .formatted(
                                task,
                                operations / seconds,
                                micros[micros.length / 2] / 1e3,
                                micros[(int) (micros.length * 0.99)] / 1e3,
                                perOperation * 1e6));
    }

    /** What Redis has used: unlike times of the clock, it does not depend on what else the machine does. */
    private double cpuSeconds() {
        return figure("cpu", "used_cpu_user:") + figure("cpu", "used_cpu_sys:");
    }

    private double figure(String section, String name) {
        Matcher figure =
                Pattern.compile(Pattern.quote(name) + "([\\d.]+)").matcher(server.ask(jedis -> jedis.info(section)));
        assertThat(figure.find()).as(name).isTrue();
        return Double.parseDouble(figure.group(1));
    }

    private BudgetUsage usage(Duration window) {
        BudgetLine line = BudgetLine.requests(
                "requests in " + window + " of client default", BigDecimal.valueOf(LIMITS.hour()), window);
        return store.usage(line).toCompletableFuture().join();
    }

    private static BudgetUsage spent(long requests) {
        return new BudgetUsage(BigDecimal.valueOf(requests), BigDecimal.ZERO, BigDecimal.ZERO);
    }

    /** Some that are sent again, some that are not, in any order. */
    private static Fault[] faults() {
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            faults.add(Fault.refuse(503, "model_unavailable", "later"));
            faults.add(Fault.refuse(422, "validation_error", "no"));
            faults.add(Fault.cutAfter(8 * i));
        }
        Collections.shuffle(faults, new Random(7));
        return faults.toArray(Fault[]::new);
    }

    /** The figures are wanted only where they were asked for. */
    private static void print(String figures) {
        if (MEASURED) {
            System.out.println(figures);
        }
    }
}
