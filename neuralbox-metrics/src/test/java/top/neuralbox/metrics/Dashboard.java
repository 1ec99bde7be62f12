package top.neuralbox.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A dashboard of this module, as a team imports it, with the rules beside it. */
record Dashboard(JsonNode json, List<Panel> panels, Path rules, Path ruleTests) {

    /** Under the names of this module. */
    static final Dashboard CLIENT =
            load("neuralbox-client", "neuralbox-rules", "{job=~\"$job\",instance=~\"$instance\",client=~\"$client\"");

    /** Under the names of OpenTelemetry. */
    static final Dashboard OPEN_TELEMETRY = load(
            "neuralbox-otel-genai",
            "neuralbox-otel-genai-rules",
            "{job=~\"$job\",instance=~\"$instance\",gen_ai_provider_name=~\"$provider\","
                    + "gen_ai_request_model=~\"$model\"");

    static final List<Dashboard> ALL = List.of(CLIENT, OPEN_TELEMETRY);

    private static final Pattern METRIC = Pattern.compile("\\b(neuralbox_client|gen_ai_client)_[a-z_]+");

    /**
     * One panel that shows something.
     *
     * @param selector how the selector of each metric begins
     */
    record Panel(JsonNode json, String selector) {

        String title() {
            return json.path("title").asText();
        }

        String unit() {
            return json.path("fieldConfig").path("defaults").path("unit").asText();
        }

        List<Query> queries() {
            List<Query> queries = new ArrayList<>();
            json.path("targets")
                    .forEach(target -> queries.add(new Query(
                            target.path("expr").asText(),
                            target.path("legendFormat").asText())));
            return queries;
        }

        @Override
        public String toString() {
            return title();
        }
    }

    /** One query of a panel, and how its series are called. */
    record Query(String expression, String legend) {

        /** The expression as Grafana would send it with all variables at "All". */
        String filledIn(String interval) {
            return expression
                    .replace("$__rate_interval", interval)
                    .replace("$__range", interval)
                    .replaceAll("\\$(job|instance|client|provider|model)\\b", ".*");
        }
    }

    private static Dashboard load(String name, String rules, String selector) {
        Path folder = Path.of("src", "main", "dashboards");
        try {
            JsonNode json =
                    new ObjectMapper().readTree(folder.resolve(name + ".json").toFile());
            List<Panel> panels = new ArrayList<>();
            json.path("panels").forEach(panel -> {
                if (!panel.path("type").asText().equals("row")) {
                    panels.add(new Panel(panel, selector));
                }
            });
            return new Dashboard(json, panels, folder.resolve(rules + ".yml"), folder.resolve(rules + ".test.yml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of metrics of this module in a text. */
    static List<String> metricsIn(String text) {
        Matcher names = METRIC.matcher(text);
        List<String> found = new ArrayList<>();
        while (names.find()) {
            found.add(names.group());
        }
        return found;
    }

    @Override
    public String toString() {
        return json.path("uid").asText();
    }

    /** All panels of all dashboards. */
    static List<Panel> allPanels() {
        return ALL.stream().flatMap(dashboard -> dashboard.panels().stream()).toList();
    }

    String textOfTheRules() {
        try {
            return Files.readString(rules);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
