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

/** The dashboard of this module, as a team imports it. */
record Dashboard(JsonNode json, List<Panel> panels) {

    static final Path FOLDER = Path.of("src", "main", "dashboards");
    static final Path RULES = FOLDER.resolve("neuralbox-rules.yml");
    static final Path RULE_TESTS = FOLDER.resolve("neuralbox-rules.test.yml");

    private static final Pattern METRIC = Pattern.compile("\\bneuralbox_client_[a-z_]+");

    /** One panel that shows something. */
    record Panel(JsonNode json) {

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
                    .replaceAll("\\$(job|instance|client)\\b", ".*");
        }
    }

    static Dashboard load() {
        try {
            JsonNode json = new ObjectMapper()
                    .readTree(FOLDER.resolve("neuralbox-client.json").toFile());
            List<Panel> panels = new ArrayList<>();
            json.path("panels").forEach(panel -> {
                if (!panel.path("type").asText().equals("row")) {
                    panels.add(new Panel(panel));
                }
            });
            return new Dashboard(json, panels);
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

    static String rules() {
        try {
            return Files.readString(RULES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
