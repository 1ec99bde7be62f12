package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.HighCardinalityTagsDetector;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** Which meters exist when, and with which tags. */
class NeuralBoxMetricsTest {

    private static final FakeAnswer COMPLETE =
            FakeAnswer.eventStream(Captured.START, Captured.DELTA, Captured.END, Captured.DONE);

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final FakeTransport transport = new FakeTransport().answerAlways(COMPLETE);
    private long now = TimeUnit.HOURS.toNanos(1);

    @Test
    void allOutcomesAreThereAtZeroBeforeTheFirstGeneration() {
        try (NeuralBox client = Captured.client(transport, "chat", NeuralBoxMetrics.create(registry))) {
            assertThat(registry.get("neuralbox.client.generation.duration")
                            .tags("client", "chat", "transport", "fake")
                            .timers())
                    .hasSize(4)
                    .allSatisfy(timer -> assertThat(timer.count()).isZero());
        }
    }

    @Test
    void allErrorTypesAreThereAtZeroBeforeTheFirstGeneration() {
        try (NeuralBox client = Captured.client(transport, "chat", NeuralBoxMetrics.create(registry))) {
            assertThat(registry.get("neuralbox.client.generation.errors").counters())
                    .hasSize(ErrorType.values().length)
                    .allSatisfy(counter -> assertThat(counter.count()).isZero());
        }
    }

    @Test
    void thereIsNoBalanceBeforeTheFirstFigure() {
        transport.answer(FakeAnswer.eventStream(
                "data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3}\n\n"));
        Captured.run(transport, NeuralBoxMetrics.create(registry));
        assertThat(registry.find("neuralbox.client.balance").gauge()).isNull();
        assertThat(registry.find("neuralbox.client.balance.age").gauge()).isNull();
    }

    @Test
    void theBalanceIsTheLastFigureThatArrived() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        Captured.run(transport, metrics);
        transport.answer(FakeAnswer.eventStream(Captured.END.replace("297", "-2.5")));
        Captured.run(transport, metrics);
        assertThat(balance()).isEqualTo(-2.5);
    }

    @Test
    void theBalanceGrowsOldUntilItIsToldAgain() {
        NeuralBoxMetrics metrics =
                NeuralBoxMetrics.builder(registry).clock(() -> now).build();
        Captured.run(transport, metrics);
        now += Duration.ofMinutes(5).toNanos();
        assertThat(age()).isEqualTo(300);
        Captured.run(transport, metrics);
        assertThat(age()).isZero();
    }

    @Test
    void clientsHaveABalanceEach() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        transport.answer(FakeAnswer.eventStream(Captured.END.replace("297", "11")));
        generate("one", metrics);
        generate("two", metrics);
        assertThat(registry.get("neuralbox.client.balance")
                        .tag("client", "one")
                        .gauge()
                        .value())
                .isEqualTo(11);
        assertThat(registry.get("neuralbox.client.balance")
                        .tag("client", "two")
                        .gauge()
                        .value())
                .isEqualTo(297);
    }

    @Test
    void clientsOfOneNameShareTheirMeters() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        generate("one", metrics);
        generate("one", metrics);
        assertThat(registry.get("neuralbox.client.generations.started")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void theBalanceOutlivesACollection() {
        Captured.run(transport, NeuralBoxMetrics.create(registry));
        System.gc();
        assertThat(balance()).isEqualTo(297);
    }

    @Test
    void closeRemovesTheGaugesAndKeepsTheCounters() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        Captured.run(transport, metrics);
        metrics.close();
        metrics.close();
        assertThat(registry.find("neuralbox.client.balance").gauge()).isNull();
        assertThat(registry.find("neuralbox.client.balance.age").gauge()).isNull();
        assertThat(registry.get("neuralbox.client.usage").counter().count()).isEqualTo(3);
    }

    @Test
    void aFigureAfterCloseBringsNoGaugeBack() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        metrics.close();
        Captured.run(transport, metrics);
        assertThat(registry.find("neuralbox.client.balance").gauge()).isNull();
        assertThat(registry.get("neuralbox.client.usage").counter().count()).isEqualTo(3);
    }

    @Test
    void removedClientsLeaveNothingBehind() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        for (MeterRegistry each : List.of(registry, prometheus)) {
            NeuralBoxMetrics metrics =
                    NeuralBoxMetrics.builder(each).deltaGaps(true).build();
            generate("stays", metrics);
            List<Meter.Id> before = ids(each);
            for (int i = 0; i < 100; i++) {
                generate("tenant " + i, metrics);
            }
            assertThat(each.getMeters()).hasSizeGreaterThan(50 * before.size());
            for (int i = 0; i < 100; i++) {
                metrics.remove("tenant " + i);
                metrics.remove("tenant " + i);
            }
            assertThat(ids(each)).containsExactlyInAnyOrderElementsOf(before);
        }
        assertThat(prometheus.scrape()).contains("client=\"stays\"").doesNotContain("tenant");
    }

    @Test
    void otherClientsGoOnCounting() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        generate("goes", metrics);
        try (NeuralBox other = Captured.client(transport, "stays", metrics)) {
            other.generate(GenerationRequest.of("gpt-5", "hello"));
            metrics.remove("goes");
            other.generate(GenerationRequest.of("gpt-5", "hello"));
        }
        assertThat(started("client", "stays")).isEqualTo(2);
        assertThat(balance()).isEqualTo(297);
    }

    /** Its end, its balance, and the bill of a pending result arrive when its meters have gone. */
    @Test
    void generationInFlightRegistersNothingAfterItsClientWasRemoved() {
        for (MeterNaming naming : MeterNaming.values()) {
            SimpleMeterRegistry own = new SimpleMeterRegistry();
            NeuralBoxMetrics metrics =
                    NeuralBoxMetrics.builder(own).naming(naming).build();
            Captured whole = Captured.completed();
            GenerationInfo info = whole.info();
            metrics.attached(info.client(), info.transport());
            GenerationListener.Observer observer = metrics.started(info);
            observer.head(200);
            metrics.remove(info.client());
            observer.delta(5, 40, System.nanoTime());
            observer.ended(whole.outcome());
            metrics.settled(info, whole.outcome());

            assertThat(own.getMeters())
                    .allSatisfy(
                            meter -> assertThat(meter.getId().getTag("client")).isNull());
        }
    }

    @Test
    void callOnAClosedClientRegistersNothingAfterItWasRemoved() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        NeuralBox client = Captured.client(transport, "chat", metrics);
        client.close();
        metrics.remove("chat");
        assertThat(client.generateAsync(GenerationRequest.of("gpt-5", "hello")))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class);

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void clientBuiltAgainBeginsAtZero() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        generate("chat", metrics);
        metrics.remove("chat");
        generate("chat", metrics);

        assertThat(started("client", "chat")).isEqualTo(1);
        assertThat(balance()).isEqualTo(297);
    }

    @Test
    void modelsAreNoTagUnlessAllowed() {
        Captured.run(transport, NeuralBoxMetrics.create(registry));
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTag("model")).isNull());
    }

    @Test
    void modelsBeyondTheAllowListAreOneValue() {
        NeuralBoxMetrics metrics =
                NeuralBoxMetrics.builder(registry).models(List.of("gpt-5")).build();
        try (NeuralBox client = Captured.client(transport, "default", metrics)) {
            Stream.of("gpt-5", "gpt-6", "gpt-7")
                    .forEach(model -> client.generate(GenerationRequest.of(model, "hello")));
        }
        assertThat(started("model", "gpt-5")).isEqualTo(1);
        assertThat(started("model", "other")).isEqualTo(2);
    }

    @Test
    void anAssistantHasNoModel() {
        NeuralBoxMetrics metrics =
                NeuralBoxMetrics.builder(registry).models(List.of("gpt-5")).build();
        try (NeuralBox client = Captured.client(transport, "default", metrics)) {
            client.generate(GenerationRequest.builder()
                    .assistantId("asst_1")
                    .message(top.neuralbox.Message.user("hello"))
                    .build());
        }
        assertThat(started("model", "none")).isEqualTo(1);
    }

    @Test
    void theTenantIsThatOfTheThreadThatAsks() {
        ThreadLocal<String> tenant = new ThreadLocal<>();
        NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
                .tenants(tenant::get, List.of("acme"))
                .build();
        Stream.of("acme", "umbrella", "").forEach(each -> {
            tenant.set(each.isEmpty() ? null : each);
            Captured.run(transport, metrics);
        });
        assertThat(started("tenant", "acme")).isEqualTo(1);
        assertThat(started("tenant", "other")).isEqualTo(1);
        assertThat(started("tenant", "none")).isEqualTo(1);
    }

    @Test
    void noInputMakesTheNumberOfSeriesGrow() {
        Random random = new Random(42);
        NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(registry)
                .models(List.of("gpt-5"))
                .tenants(() -> Long.toHexString(random.nextLong()), List.of("acme"))
                .deltaGaps(true)
                .build();
        try (NeuralBox client = Captured.client(transport, "default", metrics)) {
            for (int i = 0; i < 500; i++) {
                transport.answer(hostile(random));
                String model = Long.toHexString(random.nextLong());
                var unused = client.generateAsync(GenerationRequest.of(model, "hello"))
                        .handle((generation, error) -> error)
                        .join();
            }
        }
        assertThat(new HighCardinalityTagsDetector(registry, 60, Duration.ofHours(1)).findFirst())
                .isEmpty();
    }

    @Test
    void aFilterOfTheApplicationMaySwitchHistogramsOff() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public io.micrometer.core.instrument.distribution.DistributionStatisticConfig configure(
                    Meter.Id id, io.micrometer.core.instrument.distribution.DistributionStatisticConfig config) {
                return io.micrometer.core.instrument.distribution.DistributionStatisticConfig.builder()
                        .serviceLevelObjectives()
                        .build()
                        .merge(config);
            }
        });
        Captured.run(transport, NeuralBoxMetrics.create(registry));
        assertThat(registry.get("neuralbox.client.time.to.first.delta")
                        .timer()
                        .takeSnapshot()
                        .histogramCounts())
                .isEmpty();
    }

    @Test
    void requestsLeftOfTheAccountAreThoseOfTheLastAnswer() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        FakeTransport limited =
                new FakeTransport().answer(Captured.withLimits(41, 901)).answer(Captured.withLimits(40, 900));
        Captured.run(limited, metrics);
        Captured.run(limited, metrics);
        assertThat(requests("left", "hour")).isEqualTo(40);
        assertThat(requests("left", "day")).isEqualTo(900);
        assertThat(requests("limit", "hour")).isEqualTo(100);
        assertThat(requests("limit", "day")).isEqualTo(1_000);
        assertThat(registry.get("neuralbox.client.requests.age").timeGauge().value(TimeUnit.MINUTES))
                .isBetween(0.0, 1.0);
    }

    @Test
    void aRefusalTellsTheRequestsLeftToo() {
        Captured.run(
                new FakeTransport()
                        .answer(FakeAnswer.builder()
                                .status(402)
                                .header("Content-Type", "application/json")
                                .header("X-RateLimit-Remaining-Hour", "7")
                                .chunk("{\"error\": \"insufficient_tokens\"}")
                                .build()),
                NeuralBoxMetrics.create(registry));
        assertThat(requests("left", "hour")).isEqualTo(7);
        assertThat(registry.find("neuralbox.client.requests.left").gauges())
                .as("the day was not told")
                .hasSize(1);
    }

    @Test
    void anAccountWithoutLimitsHasNoGaugeOfRequests() {
        Captured.run(transport, NeuralBoxMetrics.create(registry));
        assertThat(registry.getMeters())
                .noneMatch(meter -> meter.getId().getName().startsWith("neuralbox.client.requests"));
    }

    @Test
    void closeRemovesTheGaugesOfRequests() {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
        Captured.run(new FakeTransport().answer(Captured.withLimits(41, 901)), metrics);
        metrics.close();
        assertThat(registry.getMeters())
                .noneMatch(meter -> meter.getId().getName().startsWith("neuralbox.client.requests"));
    }

    @Test
    void aDeniedMeterIsNoFault() {
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("neuralbox"));
        Captured.run(transport, NeuralBoxMetrics.create(registry));
        assertThat(registry.getMeters()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"false, 190", "true, 206"})
    void aClientHasSoManySamples(boolean everyGap, int samples) {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Captured.run(
                transport,
                NeuralBoxMetrics.builder(prometheus).deltaGaps(everyGap).build());
        assertThat(prometheus.scrape().lines().filter(line -> !line.startsWith("#")))
                .as("as docs/metrics/cost.md says")
                .hasSize(samples);
    }

    /** One of the things that a service could make a tag of, if we let it. */
    private static FakeAnswer hostile(Random random) {
        String name = Long.toHexString(random.nextLong());
        return switch (random.nextInt(4)) {
            case 0 ->
                FakeAnswer.json(400 + random.nextInt(199), "{\"error\": \"" + name + "\", \"retry_after\": 9999}");
            case 1 -> FakeAnswer.eventStream("data: {\"type\": \"" + name + "\"}\n\n", Captured.END);
            case 2 -> FakeAnswer.eventStream("data: {\"type\": \"error\", \"error\": \"" + name + "\"}\n\n");
            default -> FakeAnswer.eventStream(Captured.START.replace("gpt-5", name), Captured.END);
        };
    }

    private void generate(String client, NeuralBoxMetrics metrics) {
        try (NeuralBox neuralBox = Captured.client(transport, client, metrics)) {
            neuralBox.generate(GenerationRequest.of("gpt-5", "hello"));
        }
    }

    private static List<Meter.Id> ids(MeterRegistry registry) {
        return registry.getMeters().stream().map(Meter::getId).toList();
    }

    private double started(String key, String value) {
        return registry.get("neuralbox.client.generations.started")
                .tag(key, value)
                .counter()
                .count();
    }

    private double requests(String what, String window) {
        return registry.get("neuralbox.client.requests." + what)
                .tag("window", window)
                .gauge()
                .value();
    }

    private double balance() {
        return registry.get("neuralbox.client.balance").gauge().value();
    }

    private double age() {
        return registry.get("neuralbox.client.balance.age").timeGauge().value(TimeUnit.SECONDS);
    }
}
