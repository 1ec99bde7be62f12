package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.BillingState;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.Generation;
import top.neuralbox.GenerationAnswer;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.Polling;
import top.neuralbox.budget.BillingLedger;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetShortage;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.metrics.GenerationMeter;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.WireSpelling;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** The budget, the ledger and the meters against what the service's own account says, on real sockets. */
class BudgetTest {

    private static final int CALLS = 1_000;
    private static final BigDecimal LIMIT = BigDecimal.valueOf(1_200);
    private static final BigDecimal PRICE = BigDecimal.valueOf(3);
    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    static Stream<Arguments> services() {
        long seed = System.nanoTime();
        return Stream.of(WireSpelling.values())
                .flatMap(spelling -> Stream.<Supplier<Transport>>of(HttpClientTransport::create, VertxTransport::create)
                        .map(transport -> Arguments.of(spelling, transport, seed)));
    }

    @ParameterizedTest(name = "{0}, {1}, seed {2}")
    @MethodSource("services")
    void aThousandCallsAtOnceStayWithinTheLimitAndNothingIsLost(
            WireSpelling spelling, Supplier<Transport> transports, long seed) throws Exception {
        WatchedStore store = new WatchedStore();
        BillingLedger ledger = new BillingLedger();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch ended = new CountDownLatch(CALLS);
        CreditBudget budget = CreditBudget.builder().limit(LIMIT).store(store).build();
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                        .spelling(spelling)
                        .balance(BigDecimal.valueOf(1_000_000))
                        .start();
                Transport transport = transports.get();
                NeuralBox client = NeuralBox.builder()
                        .apiKey(LocalNeuralBox.apiKey())
                        .baseUri(service.uri())
                        .transport(transport)
                        .budget(budget)
                        .listener(ledger)
                        .listener(NeuralBoxMetrics.create(registry))
                        .listener(info -> outcome -> ended.countDown())
                        .build()) {
            var price = client.account().model("gpt-5");
            assertThat(price.maxPrice()).isEqualTo(PRICE);
            service.misbehave(faults(new Random(seed)));
            Tally tally = callAtOnce(client);

            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            BudgetUsage usage = budget.states("default", null)
                    .toCompletableFuture()
                    .join()
                    .get(0)
                    .usage();
            assertThat(tally.completed + tally.failed + tally.refused).isEqualTo(CALLS);
            assertThat(tally.refused).isPositive();
            assertThat(store.most.get()).isLessThanOrEqualTo(LIMIT);
            assertThat(usage.reserved()).isZero();
            assertThat(usage.unsettled()).isEqualByComparingTo(PRICE.multiply(BigDecimal.valueOf(tally.unknown)));
            assertThat(usage.spent()).isEqualByComparingTo(service.creditsCharged());
            assertThat(ledger.credits()).isEqualByComparingTo(service.creditsCharged());
            assertThat(counted(registry)).isEqualTo(service.creditsCharged().doubleValue());
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void ledgerAndMetersAgreeOnAnAwaitedImage(WireSpelling spelling, Supplier<Transport> transports, long seed) {
        BillingLedger ledger = new BillingLedger();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                        .spelling(spelling)
                        .mediaPolls(2)
                        .start();
                Transport transport = transports.get();
                NeuralBox client = NeuralBox.builder()
                        .apiKey(LocalNeuralBox.apiKey())
                        .baseUri(service.uri())
                        .transport(transport)
                        .listener(ledger)
                        .listener(NeuralBoxMetrics.create(registry))
                        .build()) {
            GenerationAnswer pending = client.submit(GenerationRequest.of("dall-e-3", "A robot that paints"));
            var image = client.await(
                    (GenerationAnswer.Pending) pending,
                    Polling.builder().firstWait(Duration.ofMillis(1)).build());

            assertThat(image.billing().creditsUsed()).isEqualByComparingTo(service.creditsCharged());
            assertThat(ledger.credits()).isEqualByComparingTo(service.creditsCharged());
            assertThat(counted(registry)).isEqualTo(service.creditsCharged().doubleValue());
        }
    }

    private static double counted(SimpleMeterRegistry registry) {
        return registry.find(GenerationMeter.USAGE.meterName()).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** Of each kind some, in any order: refused, failed, cut, ended without the end. */
    private static Fault[] faults(Random random) {
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            faults.add(Fault.refuse(422, "validation_error", "no"));
            faults.add(Fault.fail(1, "the provider gave up"));
            faults.add(Fault.cutAfter(random.nextInt(80)));
            faults.add(Fault.withoutEnd());
        }
        Collections.shuffle(faults, random);
        return faults.toArray(Fault[]::new);
    }

    private static Tally callAtOnce(NeuralBox client) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<CompletableFuture<Generation>>> calls =
                    Collections.nCopies(CALLS, () -> client.generateAsync(REQUEST));
            Tally tally = new Tally();
            for (Future<CompletableFuture<Generation>> call : threads.invokeAll(calls)) {
                tally.add(call.get());
            }
            return tally;
        } finally {
            threads.shutdown();
        }
    }

    private static final class Tally {

        private int completed;
        private int failed;
        private int refused;
        private int unknown;

        private void add(CompletableFuture<Generation> call) throws Exception {
            try {
                var generation = call.get(60, TimeUnit.SECONDS);
                completed += generation.text().isEmpty() ? 0 : 1;
            } catch (ExecutionException e) {
                NeuralBoxException failure = (NeuralBoxException) e.getCause();
                refused += failure instanceof BudgetExceededException ? 1 : 0;
                failed += failure instanceof BudgetExceededException ? 0 : 1;
                unknown += failure.billingState() == BillingState.UNKNOWN ? 1 : 0;
            }
        }
    }

    /** The store in memory, which is looked at after each reservation. */
    private static final class WatchedStore implements BudgetStore {

        private final BudgetStore store = BudgetStore.inMemory();
        private final AtomicReference<BigDecimal> most = new AtomicReference<>(BigDecimal.ZERO);

        @Override
        public CompletionStage<Optional<BudgetShortage>> reserve(String reservation, List<BudgetLine> lines) {
            return store.reserve(reservation, lines).thenCombine(store.usage(lines.get(0)), (r, usage) -> {
                most.accumulateAndGet(usage.total(), BigDecimal::max);
                return r;
            });
        }

        @Override
        public CompletionStage<Void> reserveAnyway(String reservation, List<BudgetLine> lines) {
            return store.reserveAnyway(reservation, lines);
        }

        @Override
        public CompletionStage<Void> settle(String reservation, BigDecimal credits) {
            return store.settle(reservation, credits);
        }

        @Override
        public CompletionStage<Void> release(String reservation) {
            return store.release(reservation);
        }

        @Override
        public CompletionStage<Void> lower(BudgetLine line, BigDecimal left, Instant until) {
            return store.lower(line, left, until);
        }

        @Override
        public CompletionStage<Void> leaveUnsettled(String reservation) {
            return store.leaveUnsettled(reservation);
        }

        @Override
        public CompletionStage<BudgetUsage> usage(BudgetLine line) {
            return store.usage(line);
        }
    }
}
