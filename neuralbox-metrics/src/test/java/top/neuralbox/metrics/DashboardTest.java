package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.budget.CreditBudget;
import top.neuralbox.testkit.fake.FakeTransport;

/** What a dashboard owes its readers, and that it and its rules speak of metrics which exist. */
class DashboardTest {

    static List<Dashboard.Panel> panels() {
        return Dashboard.allPanels();
    }

    static List<Dashboard> dashboards() {
        return Dashboard.ALL;
    }

    @Test
    void rowsAreThoseThatTheDocumentationNames() {
        assertThat(rows(Dashboard.CLIENT))
                .containsExactly("Overview", "Rate and errors", "Durations", "Stream", "Saturation", "Spend", "Health");
        assertThat(rows(Dashboard.OPEN_TELEMETRY))
                .containsExactly("Overview", "Rate and errors", "Durations", "Chunks");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void isOfTheSchemaOfTheDayAndHasNoPanelThatGrafanaWouldHaveToMigrate(Dashboard dashboard) {
        assertThat(dashboard.json().path("schemaVersion").asInt()).isEqualTo(42);
        assertThat(elements(dashboard.json().path("panels")))
                .extracting(panel -> panel.path("type").asText())
                .isSubsetOf("row", "stat", "timeseries", "heatmap");
        assertThat(elements(dashboard.json().path("panels")))
                .extracting(panel -> panel.path("id").asInt())
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void variablesAreThoseOfTheQueries(Dashboard dashboard) {
        String queries = dashboard.panels().toString();
        for (Dashboard.Panel panel : dashboard.panels()) {
            queries += panel.queries();
        }
        String all = queries;
        assertThat(elements(dashboard.json().path("templating").path("list")))
                .extracting(variable -> variable.path("name").asText())
                .filteredOn(name -> !name.equals("datasource"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(all).contains("\"$" + name + "\""));
    }

    @ParameterizedTest
    @MethodSource("panels")
    void eachPanelHasTitleDescriptionAndUnit(Dashboard.Panel panel) {
        assertThat(panel.title()).isNotBlank();
        assertThat(panel.json().path("description").asText()).endsWith(".");
        assertThat(panel.unit()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("panels")
    void eachPanelAndQueryTakesTheChosenDataSource(Dashboard.Panel panel) {
        assertThat(panel.queries()).isNotEmpty();
        assertThat(Stream.concat(Stream.of(panel.json()), elements(panel.json().path("targets"))))
                .allSatisfy(each ->
                        assertThat(each.path("datasource").path("uid").asText()).isEqualTo("${datasource}"));
    }

    @ParameterizedTest
    @MethodSource("panels")
    void eachQueryCanBeNarrowedByEachVariable(Dashboard.Panel panel) {
        assertThat(panel.queries()).allSatisfy(query -> {
            int selectors = Dashboard.metricsIn(query.expression()).size();
            assertThat(query.expression().split(java.util.regex.Pattern.quote(panel.selector()), -1))
                    .hasSize(selectors + 1);
            assertThat(query.legend()).isNotBlank();
        });
    }

    @ParameterizedTest
    @MethodSource("panels")
    void rangesFollowTheScrapeInterval(Dashboard.Panel panel) {
        assertThat(panel.queries())
                .allSatisfy(query -> assertThat(query.expression()).doesNotContainPattern("\\[\\d"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsDoNotOverlap(Dashboard dashboard) {
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.json().path("panels")) {
            JsonNode at = panel.path("gridPos");
            for (int x = 0; x < at.path("w").asInt(); x++) {
                for (int y = 0; y < at.path("h").asInt(); y++) {
                    String cell =
                            (at.path("x").asInt() + x) + "," + (at.path("y").asInt() + y);
                    assertThat(cells.add(cell))
                            .as(panel.path("title").asText() + " at " + cell)
                            .isTrue();
                }
            }
            assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
        }
    }

    @Test
    void creditsAndTokensAreKeptApart() {
        assertThat(Dashboard.CLIENT.panels())
                .extracting(Dashboard.Panel::title)
                .contains("Tokens per second (content deltas)")
                .noneMatch(title -> title.contains("oken") && title.contains("redit"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyMetricOfTheDashboardIsExposed(Dashboard dashboard) {
        assertThat(exposed()).containsAll(Dashboard.metricsIn(dashboard.json().toString()));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyMetricOfTheRulesIsExposed(Dashboard dashboard) {
        // Names behind a colon are those of recorded series.
        String raw = dashboard
                .textOfTheRules()
                .replaceAll("[a-z_]+:(neuralbox_client|gen_ai_client)_[a-z_]+:[a-z0-9_]+", "");
        assertThat(Dashboard.metricsIn(raw)).isNotEmpty();
        assertThat(exposed()).containsAll(Dashboard.metricsIn(raw));
    }

    @Test
    void everyMeterIsOnTheDashboard() {
        Set<String> shown =
                new TreeSet<>(Dashboard.metricsIn(Dashboard.CLIENT.json().toString()));
        assertThat(GenerationMeter.values())
                .allSatisfy(meter -> assertThat(shown)
                        .as(meter.meterName())
                        .anyMatch(name -> name.startsWith(meter.meterName().replace('.', '_'))));
    }

    /** A difference of names is charted as "this or that". */
    @Test
    void registryOfQuarkusNamesOnlyLongTaskTimersInAnotherWay() {
        Set<String> newer = newer();
        Set<String> older = older();

        assertThat(older)
                .filteredOn(name -> !newer.contains(name))
                .containsExactlyInAnyOrder(
                        "neuralbox_client_generation_active_seconds_active_count",
                        "neuralbox_client_generation_active_seconds_duration_sum",
                        "neuralbox_client_generation_queued_seconds_active_count",
                        "neuralbox_client_generation_queued_seconds_duration_sum");
        assertThat(newer)
                .filteredOn(name -> !older.contains(name))
                .containsExactlyInAnyOrder(
                        "neuralbox_client_generation_active_seconds_count",
                        "neuralbox_client_generation_active_seconds_sum",
                        "neuralbox_client_generation_queued_seconds_count",
                        "neuralbox_client_generation_queued_seconds_sum");
    }

    private static Set<String> exposed() {
        Set<String> names = newer();
        names.addAll(older());
        return names;
    }

    private static Set<String> newer() {
        return namesOf(naming -> {
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            record(registry, naming);
            return registry.scrape();
        });
    }

    private static Set<String> older() {
        return namesOf(naming -> {
            SimpleClient client = new SimpleClient();
            record(client.registry(), naming);
            return client.scrape();
        });
    }

    private static Set<String> namesOf(Function<MeterNaming, String> scrape) {
        return Stream.of(MeterNaming.NEURALBOX, MeterNaming.OTEL_GENAI_0_1)
                .flatMap(naming -> scrape.apply(naming).lines())
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void record(MeterRegistry registry, MeterNaming naming) {
        Captured.run(
                new FakeTransport().answer(Captured.withLimits(99, 999)),
                NeuralBoxMetrics.builder(registry)
                        .naming(naming)
                        .deltaGaps(true)
                        .build());
        CreditBudget budget = CreditBudget.builder()
                .limit(BigDecimal.TEN)
                .requestLimit(10, Duration.ofHours(1))
                .build();
        BudgetMetrics.watch(registry, budget, "default", List.of());
    }

    private static List<String> rows(Dashboard dashboard) {
        return elements(dashboard.json().path("panels"))
                .filter(panel -> panel.path("type").asText().equals("row"))
                .map(row -> row.path("title").asText())
                .toList();
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        Stream.Builder<JsonNode> all = Stream.builder();
        array.forEach(all);
        return all.build();
    }
}
