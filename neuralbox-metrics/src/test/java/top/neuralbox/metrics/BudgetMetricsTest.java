package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What a budget has left, as gauges, whatever its store does. */
class BudgetMetricsTest {

    private static final BudgetUsage TWO_SPENT =
            new BudgetUsage(BigDecimal.valueOf(2), BigDecimal.ZERO, BigDecimal.ZERO);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long now = TimeUnit.HOURS.toNanos(1);

    @Test
    void leftIsTheLimitLessWhatGenerationsCost() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.valueOf(100), Duration.ofDays(3_650))
                .tenantLimit(BigDecimal.valueOf(10), Duration.ofDays(3_650))
                .requestLimit(50, Duration.ofDays(3_650))
                .estimate(request -> BigDecimal.valueOf(5))
                .build();
        BudgetMetrics.watch(registry, budget, "chat", List.of("acme", "umbrella"), () -> now);
        generate(budget, "acme");
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(left("none", "left")).isEqualTo(97);
        assertThat(left("acme", "left")).isEqualTo(7);
        assertThat(left("umbrella", "left")).isEqualTo(10);
        assertThat(left("none", "requests.left")).isEqualTo(49);
        assertThat(left("none", "limit")).isEqualTo(100);
        assertThat(left("acme", "limit")).isEqualTo(10);
        assertThat(left("none", "requests.limit")).isEqualTo(50);
    }

    @Test
    void windowsAreNamed() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.ONE)
                .limit(BigDecimal.ONE, Duration.ofHours(1))
                .limit(BigDecimal.ONE, Duration.ofDays(1))
                .limit(BigDecimal.ONE, Duration.ofMinutes(5))
                .build();
        BudgetMetrics.watch(registry, budget, "chat", List.of());
        assertThat(registry.get("neuralbox.client.budget.left").gauges())
                .extracting(gauge -> gauge.getId().getTag("window"))
                .containsExactlyInAnyOrder("none", "hour", "day", "PT5M");
    }

    @Test
    void namesAndUnitsAreThoseOfTheDocumentation() {
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.ONE)
                .requestLimit(1, Duration.ofHours(1))
                .build();
        BudgetMetrics.watch(registry, budget, "chat", List.of());
        assertThat(registry.getMeters())
                .extracting(meter ->
                        meter.getId().getName() + " in " + meter.getId().getBaseUnit())
                .containsExactlyInAnyOrder(
                        "neuralbox.client.budget.left in credits",
                        "neuralbox.client.budget.limit in credits",
                        "neuralbox.client.budget.requests.left in null",
                        "neuralbox.client.budget.requests.limit in null");
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getDescription()).isNotBlank());
    }

    @Test
    void aStoreIsAskedOnceASecondHoweverOftenAGaugeIsRead() {
        AtomicInteger asked = new AtomicInteger();
        watch(() -> {
            asked.incrementAndGet();
            return CompletableFuture.completedFuture(TWO_SPENT);
        });
        for (int i = 0; i < 10; i++) {
            assertThat(left("none", "left")).isEqualTo(8);
        }
        assertThat(asked).hasValue(1);
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(left("none", "left")).isEqualTo(8);
        assertThat(asked).hasValue(2);
    }

    @Test
    void aStoreThatIsSilentIsNotWaitedForAndItsLastAnswerIsForgotten() {
        AtomicInteger asked = new AtomicInteger();
        watch(() -> asked.incrementAndGet() == 1
                ? CompletableFuture.completedFuture(TWO_SPENT)
                : new CompletableFuture<>());
        now += TimeUnit.SECONDS.toNanos(59);
        assertThat(left("none", "left")).as("the last answer").isEqualTo(8);
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(left("none", "left")).as("a question is under way").isEqualTo(8);
        assertThat(asked).hasValue(2);
        now += TimeUnit.SECONDS.toNanos(60);
        assertThat(left("none", "left")).isNaN();
        assertThat(asked).as("asked again").hasValue(3);
    }

    /** A scrape sees the answer to the question of the scrape before, which is a little more than a minute old. */
    @Test
    void aStoreInAnotherProcessIsKnownThoughItIsReadOnceAMinute() {
        Deque<CompletableFuture<BudgetUsage>> asked = new ArrayDeque<>();
        watch(() -> {
            asked.add(new CompletableFuture<>());
            return asked.getLast();
        });
        asked.remove().complete(TWO_SPENT);
        for (int scrape = 0; scrape < 5; scrape++) {
            now += TimeUnit.SECONDS.toNanos(61);
            assertThat(left("none", "left")).isEqualTo(8);
            asked.remove().complete(TWO_SPENT);
        }
    }

    @Test
    void aStoreThatFailsIsUnknownUntilItAnswers() {
        AtomicInteger asked = new AtomicInteger();
        watch(() -> switch (asked.incrementAndGet()) {
            case 1 -> throw new IllegalStateException("scripted");
            case 2 -> CompletableFuture.failedFuture(new IllegalStateException("scripted"));
            default -> CompletableFuture.completedFuture(TWO_SPENT);
        });
        assertThat(left("none", "left")).isNaN();
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(left("none", "left")).isNaN();
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(left("none", "left")).isEqualTo(8);
    }

    @Test
    void aLateAnswerToAnOldQuestionDoesNotCount() {
        CompletableFuture<BudgetUsage> late = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        watch(() -> asked.incrementAndGet() == 1 ? late : CompletableFuture.completedFuture(TWO_SPENT));
        now += TimeUnit.SECONDS.toNanos(60);
        assertThat(left("none", "left")).isEqualTo(8);
        late.complete(BudgetUsage.NONE);
        assertThat(left("none", "left")).isEqualTo(8);
    }

    @Test
    void whatWasExceededHasLessThanNothingLeft() {
        watch(() -> CompletableFuture.completedFuture(
                new BudgetUsage(BigDecimal.valueOf(11), BigDecimal.ZERO, BigDecimal.ONE)));
        assertThat(left("none", "left")).isEqualTo(-2);
    }

    @Test
    void closeRemovesTheGauges() {
        BudgetMetrics metrics = watch(() -> CompletableFuture.completedFuture(TWO_SPENT));
        assertThat(registry.getMeters()).isNotEmpty();
        metrics.close();
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Watches a limit of 10 credits, whose use a store of the test tells. */
    private BudgetMetrics watch(Supplier<CompletionStage<BudgetUsage>> usage) {
        BudgetStore store = (BudgetStore) Proxy.newProxyInstance(
                BudgetStore.class.getClassLoader(), new Class<?>[] {BudgetStore.class}, (proxy, method, arguments) -> {
                    assertThat(Set.of("usage")).contains(method.getName());
                    return usage.get();
                });
        CreditBudget budget =
                CreditBudget.builder().limit(BigDecimal.TEN).store(store).build();
        return BudgetMetrics.watch(registry, budget, "chat", List.of(), () -> now);
    }

    private void generate(CreditBudget budget, String tenant) {
        FakeTransport transport = new FakeTransport()
                .answer(FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE));
        try (NeuralBox client = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .name("chat")
                .budget(budget)
                .build()) {
            var unused = client.generate(GenerationRequest.builder()
                    .model("gpt-5")
                    .prompt("hello")
                    .tenant(tenant)
                    .build());
        }
    }

    private double left(String tenant, String what) {
        Gauge gauge = registry.get("neuralbox.client.budget." + what)
                .tag("client", "chat")
                .tag("tenant", tenant)
                .gauge();
        return gauge.value();
    }
}
