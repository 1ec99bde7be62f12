package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** What a dashboard owes its readers, and that it and the rules speak of metrics which exist. */
class DashboardTest {

    private static final Dashboard DASHBOARD = Dashboard.load();

    static Stream<Dashboard.Panel> panels() {
        return DASHBOARD.panels().stream();
    }

    @Test
    void rowsAreThoseThatTheDocumentationNames() {
        assertThat(DASHBOARD.json().path("panels"))
                .filteredOn(panel -> panel.path("type").asText().equals("row"))
                .extracting(row -> row.path("title").asText())
                .containsExactly("Overview", "Rate and errors", "Durations", "Stream", "Saturation", "Spend", "Health");
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
    void eachQueryCanBeNarrowedToAJobAnInstanceAndAClient(Dashboard.Panel panel) {
        assertThat(panel.queries()).allSatisfy(query -> {
            int selectors = Dashboard.metricsIn(query.expression()).size();
            String common = "{job=~\"$job\",instance=~\"$instance\",client=~\"$client\"";
            assertThat(query.expression().split(java.util.regex.Pattern.quote(common), -1))
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

    @Test
    void panelsDoNotOverlap() {
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : DASHBOARD.json().path("panels")) {
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
        assertThat(DASHBOARD.panels())
                .extracting(Dashboard.Panel::title)
                .contains("Tokens per second (content deltas)")
                .noneMatch(title -> title.contains("oken") && title.contains("redit"));
    }

    @Test
    void everyMetricOfTheDashboardIsExposed() {
        assertThat(exposed()).containsAll(Dashboard.metricsIn(DASHBOARD.json().toString()));
    }

    @Test
    void everyMetricOfTheRulesIsExposed() {
        // Names behind a colon are those of recorded series.
        String raw = Dashboard.rules().replaceAll("[a-z_]+:neuralbox_client_[a-z_]+:[a-z0-9_]+", "");
        assertThat(exposed()).containsAll(Dashboard.metricsIn(raw));
    }

    @Test
    void everyMeterIsOnTheDashboard() {
        Set<String> shown = new TreeSet<>(Dashboard.metricsIn(DASHBOARD.json().toString()));
        assertThat(GenerationMeter.values())
                .allSatisfy(meter -> assertThat(shown)
                        .as(meter.meterName())
                        .anyMatch(name -> name.startsWith(meter.meterName().replace('.', '_'))));
    }

    private static Set<String> exposed() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Captured.run(
                new FakeTransport()
                        .answer(FakeAnswer.eventStream(
                                Captured.START, Captured.DELTA, Captured.DELTA, Captured.END, Captured.DONE)),
                NeuralBoxMetrics.builder(registry).deltaGaps(true).build());
        Set<String> names = new TreeSet<>();
        registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> names.add(List.of(line.split("[{ ]", 2)).get(0)));
        return names;
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        Stream.Builder<JsonNode> all = Stream.builder();
        array.forEach(all);
        return all.build();
    }
}
