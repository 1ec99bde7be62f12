package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.budget.BudgetUsage;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/**
 * The proof on the real thing: a Prometheus scrapes this JVM while it streams from a local NeuralBox, and then says what
 * the service says. Skipped where Prometheus is not installed.
 */
class PrometheusTest {

    private static final int WAVES = 4;
    private static final String STARTED = "sum(neuralbox_client_generations_started_total)";

    private static final PrometheusMeterRegistry REGISTRY = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** Under the names of OpenTelemetry, and without ours, which the other registry has. */
    private static final PrometheusMeterRegistry INFERENCE = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** The same again, as Quarkus exposes it. */
    private static final SimpleClient SIMPLE = new SimpleClient();

    private static final SimpleClient SIMPLE_INFERENCE = new SimpleClient();

    private static final List<MetricsEndpoint> ENDPOINTS = new ArrayList<>();
    private static Traffic traffic;
    private static PrometheusServer prometheus;
    /** Of its own, because the sums of the other one are those of the traffic. */
    private static PrometheusServer simplePrometheus;

    @TempDir
    static Path folder;

    @TempDir
    static Path simpleFolder;

    @BeforeAll
    static void streamAndScrape() {
        Programs.assumePresent();
        INFERENCE.config().meterFilter(MeterFilter.denyNameStartsWith("neuralbox"));
        SIMPLE_INFERENCE.registry().config().meterFilter(MeterFilter.denyNameStartsWith("neuralbox"));
        traffic = new Traffic(
                Duration.ofMillis(2),
                own(REGISTRY),
                own(SIMPLE.registry()),
                openTelemetry(INFERENCE),
                openTelemetry(SIMPLE_INFERENCE.registry()));
        for (String client : List.of("chat", "batch")) {
            for (MeterRegistry registry : List.of(REGISTRY, SIMPLE.registry())) {
                BudgetMetrics.watch(registry, traffic.budget(), client, List.of(Traffic.TENANT));
            }
        }
        prometheus = PrometheusServer.start(folder, List.of(target(REGISTRY::scrape), target(INFERENCE::scrape)));
        simplePrometheus =
                PrometheusServer.start(simpleFolder, List.of(target(SIMPLE::scrape), target(SIMPLE_INFERENCE::scrape)));
        for (int wave = 1; wave <= WAVES; wave++) {
            traffic.wave();
            Instant end = Instant.now();
            prometheus.await("scrape of wave " + wave, () -> prometheus.hasScrapedSince(end));
        }
        // The gauges of the budget ask its store once a second.
        Instant end = Instant.now().plusSeconds(1);
        prometheus.freezeWhen(
                "scrape of everything and evaluation of the rules",
                () -> prometheus.hasScrapedSince(end)
                        && Stream.of(
                                        "job_client:neuralbox_client_balance_credits:min",
                                        "job_client:neuralbox_client_generations:failure_ratio_rate5m",
                                        "job:gen_ai_client_inference:failure_ratio_rate5m")
                                .noneMatch(
                                        recorded -> prometheus.query(recorded).isEmpty()));
        simplePrometheus.freezeWhen(
                "scrape of everything as Quarkus exposes it", () -> simplePrometheus.hasScrapedSince(end));
    }

    private static NeuralBoxMetrics own(MeterRegistry registry) {
        return NeuralBoxMetrics.builder(registry)
                .deltaGaps(true)
                .tenants(() -> Traffic.TENANT, List.of(Traffic.TENANT))
                .build();
    }

    private static NeuralBoxMetrics openTelemetry(MeterRegistry registry) {
        return NeuralBoxMetrics.builder(registry)
                .naming(MeterNaming.OTEL_GENAI_0_1)
                .models(List.of("gpt-5"))
                .build();
    }

    private static String target(Supplier<String> exposed) {
        MetricsEndpoint endpoint = MetricsEndpoint.of(exposed);
        ENDPOINTS.add(endpoint);
        return endpoint.target();
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
        }
        if (simplePrometheus != null) {
            simplePrometheus.close();
        }
        ENDPOINTS.forEach(MetricsEndpoint::close);
        if (traffic != null) {
            traffic.close();
        }
    }

    static List<Dashboard.Panel> panels() {
        return Dashboard.allPanels();
    }

    static List<Dashboard> dashboards() {
        return Dashboard.ALL;
    }

    @ParameterizedTest
    @MethodSource("panels")
    void everyQueryOfEveryPanelHasData(Dashboard.Panel panel) {
        hasData(panel, prometheus);
    }

    @ParameterizedTest
    @MethodSource("panels")
    void everyQueryOfEveryPanelHasDataOfTheRegistryOfQuarkus(Dashboard.Panel panel) {
        hasData(panel, simplePrometheus);
    }

    private static void hasData(Dashboard.Panel panel, PrometheusServer server) {
        assertThat(panel.queries()).allSatisfy(query -> {
            String filledIn = query.filledIn("1m");
            assertThat(server.query(filledIn))
                    .as(filledIn)
                    .isNotEmpty()
                    .allSatisfy(series -> assertThat(series.path("value").get(1).asText())
                            .as(filledIn)
                            .isNotEqualTo("NaN"));
        });
    }

    @Test
    void outcomesAgreeWithTheService() {
        LocalNeuralBox service = traffic.service();
        assertThat(outcome("completed"))
                .isEqualTo(service.generations(Outcome.COMPLETED))
                .isEqualTo(8 * WAVES);
        assertThat(outcome("cancelled"))
                .isEqualTo(service.generations(Outcome.DISCONNECTED))
                .isEqualTo(2 * WAVES);
        assertThat(outcome("truncated")).isEqualTo(2 * WAVES);
        assertThat(outcome("failed") + outcome("truncated") + retries())
                .isEqualTo(service.generations(Outcome.FAILED) + service.generations(Outcome.REFUSED));
        assertThat(prometheus.number(STARTED) + retries()).isEqualTo(service.requestCount());
    }

    @Test
    void creditsAgreeWithTheService() {
        assertThat(prometheus.number("sum(neuralbox_client_usage_credits_total)"))
                .isEqualTo(traffic.service().creditsCharged().doubleValue())
                .isPositive();
        assertThat(prometheus.number("sum(neuralbox_client_generation_usage_credits_sum)"))
                .isEqualTo(traffic.service().creditsCharged().doubleValue());
        assertThat(prometheus.number("min(neuralbox_client_balance_credits)"))
                .isEqualTo(traffic.service().balance().doubleValue());
    }

    @Test
    void requestsLeftOfTheAccountAgreeWithTheService() {
        // The client that asked last knows. The service takes nothing off where a fault answers in its place, twice in
        // a wave.
        assertThat(prometheus.number("max(neuralbox_client_requests_limit{window=\"day\"}"
                        + " - neuralbox_client_requests_left{window=\"day\"})"))
                .isEqualTo(traffic.service().requestCount() - 4 * WAVES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "batch"})
    void creditsLeftInTheBudgetAreTheLimitLessWhatWasSpentAndWhatNobodyKnows(String client) {
        String left = "neuralbox_client_budget_left_credits{client=\"" + client + "\",tenant=\"none\"}";
        BudgetUsage use = traffic.budget()
                .states(client, null)
                .toCompletableFuture()
                .join()
                .get(0)
                .usage();
        assertThat(use.unsettled()).isPositive();
        assertThat(prometheus.number(left))
                .isEqualTo(Traffic.LIMIT.doubleValue()
                        - prometheus.number("sum(neuralbox_client_usage_credits_total{client=\"" + client + "\"})")
                        - use.unsettled().doubleValue());
    }

    @Test
    void deltasAgreeWithTheService() {
        assertThat(prometheus.number("sum(neuralbox_client_deltas_total)"))
                .isEqualTo(traffic.service().deltasSent())
                .isPositive();
    }

    @ParameterizedTest
    @CsvSource({"api_error, 2", "truncated, 2", "reset, 2", "protocol, 2"})
    void errorsCountByType(String type, int inAWave) {
        assertThat(prometheus.number("sum(neuralbox_client_generation_errors_total{error_type=\"" + type + "\"})"))
                .isEqualTo(inAWave * WAVES);
    }

    @ParameterizedTest
    @CsvSource({
        "neuralbox_client_generation_errors_total, 8",
        // Cancelled, cut, truncated, unreadable.
        "neuralbox_client_generations_unmetered_total, 8",
        "neuralbox_client_events_unknown_total, 2",
        "neuralbox_client_decode_errors_total, 2",
        "neuralbox_client_listener_errors_total, 18",
        "neuralbox_client_generation_active_seconds_count, 0"
    })
    void theRestIsWhatTheTrafficWas(String metric, int inAWave) {
        assertThat(prometheus.number("sum(" + metric + ")")).isEqualTo(inAWave * WAVES);
    }

    @ParameterizedTest
    @CsvSource({
        "error_type=\"none\", 8",
        "error_type=\"cancelled\", 2",
        "error_type=\"api_error\", 2",
        "error_type=\"truncated\", 2",
        "error_type=\"reset\", 2",
        "error_type=\"protocol\", 2"
    })
    void theNamesOfOpenTelemetryCountTheSame(String selector, int inAWave) {
        assertThat(prometheus.number("sum(gen_ai_client_inference_duration_seconds_count{" + selector + "})"))
                .isEqualTo(inAWave * WAVES);
    }

    @Test
    void chunksAreTheDeltasOfTheService() {
        assertThat(prometheus.number("sum(gen_ai_client_inference_time_to_first_chunk_seconds_count)"
                        + " + sum(gen_ai_client_inference_time_per_output_chunk_seconds_count)"))
                .isEqualTo(traffic.service().deltasSent());
    }

    @Test
    void bothTransportsHaveTheSameSeries() {
        assertThat(prometheus.number("count({__name__=~\"neuralbox_client_.*\",transport=\"httpclient\"})"))
                .isEqualTo(prometheus.number("count({__name__=~\"neuralbox_client_.*\",transport=\"vertx\"})"))
                .isGreaterThan(100);
    }

    @Test
    void bothTransportsHaveTheSameCounts() {
        // Bytes apart: how many lie behind the event that ends a reading depends on how they were cut into chunks.
        String same =
                "sum by (__name__,outcome,error_type,reason,kind) ({__name__=~\"neuralbox_client_.*_(total|count)\","
                        + "__name__!=\"neuralbox_client_received_bytes_total\",transport=\"%s\"})";
        String compared = same.formatted("httpclient") + " %s on (__name__,outcome,error_type,reason,kind) "
                + same.formatted("vertx");
        assertThat(prometheus.query(compared.formatted("!="))).isEmpty();
        assertThat(prometheus.query(compared.formatted("=="))).hasSizeGreaterThan(50);
    }

    @Test
    void everyRuleEvaluatesWithoutAnError() {
        assertThat(prometheus.rules())
                .hasSize(4)
                .allSatisfy(group -> assertThat(group.path("rules"))
                        .isNotEmpty()
                        .allSatisfy(rule ->
                                assertThat(rule.path("lastError").asText()).isEmpty()));
    }

    @Test
    void whatTheRegistriesExposeIsCleanByTheRulesOfPrometheus() {
        for (PrometheusMeterRegistry registry : List.of(REGISTRY, INFERENCE)) {
            Programs.Result result = Programs.promtool(registry.scrape(), "check", "metrics");
            assertThat(result).isEqualTo(new Programs.Result(0, ""));
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void theRulesAreClean(Dashboard dashboard) {
        Programs.Result result = Programs.promtool(
                "",
                "check",
                "rules",
                "--lint=all",
                "--lint-fatal",
                dashboard.rules().toString());
        assertThat(result.status()).as(result.output()).isZero();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void theRulesPassTheirOwnTests(Dashboard dashboard) {
        Programs.Result result =
                Programs.promtool("", "test", "rules", dashboard.ruleTests().toString());
        assertThat(result.status()).as(result.output()).isZero();
    }

    @Test
    void theQueriesOfTheDashboardsAreCleanAsRules() throws IOException {
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int number = 0;
        for (Dashboard.Panel panel : Dashboard.allPanels()) {
            for (Dashboard.Query query : panel.queries()) {
                rules.append("  - record: panel:").append(number++).append("\n    expr: '");
                rules.append(query.filledIn("1m").replace("'", "''")).append("'\n");
            }
        }
        Path file = Files.writeString(
                folder.resolve("dashboard-rules.yml"), rules.toString().replace("panel:", "panel:n"));
        Programs.Result result = Programs.promtool("", "check", "rules", "--lint=all", "--lint-fatal", file.toString());
        assertThat(result.status()).as(result.output()).isZero();
    }

    private static double outcome(String outcome) {
        return prometheus.number(
                "sum(neuralbox_client_generation_duration_seconds_count{outcome=\"" + outcome + "\"})");
    }

    private static double retries() {
        return prometheus.number("sum(neuralbox_client_retries_total)");
    }
}
