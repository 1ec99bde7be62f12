package top.neuralbox.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws the dashboard's main panels as a team would see them: an application streams for a minute, a real Prometheus
 * scrapes it, and the panels' own queries are drawn.
 */
final class DashboardPicture {

    private static final Duration TRAFFIC = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(500);

    /** The range of rates; what {@code $__rate_interval} would be at this scrape interval, and a little calmer. */
    private static final String RATE_INTERVAL = "5s";

    private static final int COLUMNS = 3;
    private static final Color GRID = new Color(0xE4E7EB);
    private static final Color TEXT = new Color(0x24292E);
    private static final Color[] PALETTE = {
        new Color(0x3274D9), new Color(0x37872D), new Color(0xE0752D), new Color(0xC4162A), new Color(0x8F3BB8)
    };

    /** What a reader would take amiss in another colour. */
    private static final Map<String, Color> FIXED =
            Map.of("cancelled", PALETTE[0], "completed", PALETTE[1], "truncated", PALETTE[2], "failed", PALETTE[3]);

    private static final List<String> PANELS = List.of(
            "Generations by outcome",
            "Errors by type",
            "Retries by reason",
            "Time to first delta",
            "Duration of completed generations",
            "Worst stall of a generation",
            "Tokens per second (content deltas)",
            "In flight by instance",
            "Unmetered generations");

    private DashboardPicture() {}

    public static void main(String[] arguments) throws Exception {
        Path target = Path.of(arguments[0]).normalize();
        Path folder = Files.createTempDirectory("neuralbox-dashboard");
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MetricsEndpoint endpoint = MetricsEndpoint.of(registry::scrape);
                Traffic first = new Traffic(registry, Duration.ofMillis(20));
                PrometheusServer prometheus = PrometheusServer.start(folder, List.of(endpoint.target()))) {
            Instant from = Instant.now();
            stream(registry, first);
            draw(prometheus, from, Instant.now(), target);
        }
        System.out.println(target);
    }

    /** Readers come and go, at different paces; in the middle third the service has a bad time. */
    private static void stream(PrometheusMeterRegistry registry, Traffic faulty) throws InterruptedException {
        long begin = System.nanoTime();
        long third = TRAFFIC.toNanos() / 3;
        try (Traffic brisk = new Traffic(registry, Duration.ofMillis(25));
                Traffic usual = new Traffic(registry, Duration.ofMillis(80));
                Traffic slow = new Traffic(registry, Duration.ofMillis(250))) {
            ExecutorService readers = Executors.newFixedThreadPool(6);
            readers.execute(() -> repeat(begin, begin + 3 * third, brisk::calm));
            readers.execute(() -> repeat(begin + third / 2, begin + 3 * third, usual::calm));
            readers.execute(() -> repeat(begin + third, begin + 3 * third, usual::calm));
            readers.execute(() -> repeat(begin + third, begin + 2 * third, slow::calm));
            readers.execute(() -> repeat(begin + third, begin + 5 * third / 2, slow::calm));
            readers.execute(() -> repeat(begin + third, begin + 2 * third, faulty::wave));
            readers.shutdown();
            if (!readers.awaitTermination(TRAFFIC.toSeconds() + 30, TimeUnit.SECONDS)) {
                throw new AssertionError("the traffic did not end");
            }
        }
    }

    private static void repeat(long from, long until, Runnable work) {
        while (System.nanoTime() - from < 0) {
            LockSupport.parkNanos(from - System.nanoTime());
        }
        while (System.nanoTime() - until < 0) {
            work.run();
        }
    }

    private static void draw(PrometheusServer prometheus, Instant from, Instant to, Path target) throws IOException {
        List<Dashboard.Panel> panels = Dashboard.CLIENT.panels();
        List<XYChart> charts = new ArrayList<>();
        for (String title : PANELS) {
            Dashboard.Panel panel = panels.stream()
                    .filter(each -> each.title().equals(title))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no panel " + title));
            charts.add(chart(prometheus, panel, from, to));
        }
        int rows = (charts.size() + COLUMNS - 1) / COLUMNS;
        BitmapEncoder.saveBitmap(charts, rows, COLUMNS, target.toString(), BitmapEncoder.BitmapFormat.PNG);
    }

    private static XYChart chart(PrometheusServer prometheus, Dashboard.Panel panel, Instant from, Instant to) {
        XYChart chart = new XYChartBuilder()
                .width(560)
                .height(300)
                .title(panel.title())
                .xAxisTitle("")
                .yAxisTitle(axis(panel.unit()))
                .build();
        boolean stacked = panel.json()
                .path("fieldConfig")
                .path("defaults")
                .path("custom")
                .path("stacking")
                .path("mode")
                .asText()
                .equals("normal");
        style(chart.getStyler());
        Map<String, SortedMap<Double, Double>> lines = new LinkedHashMap<>();
        for (Dashboard.Query query : panel.queries()) {
            for (JsonNode series : prometheus.range(query.filledIn(RATE_INTERVAL), from, to, STEP)) {
                lines.put(legend(query, series.path("metric")), line(series.path("values"), from));
            }
        }
        if (stacked) {
            stack(lines.values());
        }
        // The topmost layer of a stack is drawn first, so that those below it show.
        List<String> names = new ArrayList<>(lines.keySet());
        if (stacked) {
            Collections.reverse(names);
        }
        boolean outcomes = FIXED.keySet().containsAll(names);
        for (String name : names) {
            SortedMap<Double, Double> line = lines.get(name);
            if (!line.isEmpty()) {
                Color color = outcomes
                        ? FIXED.get(name)
                        : PALETTE[chart.getSeriesMap().size() % PALETTE.length];
                XYSeries series = chart.addSeries(name, List.copyOf(line.keySet()), List.copyOf(line.values()));
                series.setXYSeriesRenderStyle(
                        stacked ? XYSeries.XYSeriesRenderStyle.Area : XYSeries.XYSeriesRenderStyle.Line);
                series.setMarker(SeriesMarkers.NONE);
                series.setLineWidth(1.6f);
                series.setLineColor(color);
                series.setFillColor(color);
            }
        }
        return chart;
    }

    /** Puts each line on top of those before it; where one has no value, it adds nothing. */
    private static void stack(Collection<SortedMap<Double, Double>> lines) {
        SortedMap<Double, Double> top = new TreeMap<>();
        lines.forEach(line -> line.keySet().forEach(second -> top.put(second, 0.0)));
        for (SortedMap<Double, Double> line : lines) {
            top.replaceAll((second, below) -> below + line.getOrDefault(second, 0.0));
            line.putAll(top);
        }
    }

    private static SortedMap<Double, Double> line(JsonNode samples, Instant from) {
        SortedMap<Double, Double> line = new TreeMap<>();
        for (JsonNode sample : samples) {
            double value = sample.get(1).asDouble();
            if (!Double.isNaN(value)) {
                line.put(sample.get(0).asDouble() - from.toEpochMilli() / 1000.0, value);
            }
        }
        return line;
    }

    private static String legend(Dashboard.Query query, JsonNode labels) {
        String legend = query.legend();
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            legend = legend.replace(
                    "{{" + label.getKey() + "}}", label.getValue().asText());
        }
        return legend;
    }

    private static void style(XYStyler xy) {
        xy.setSeriesColors(PALETTE);
        xy.setChartBackgroundColor(Color.WHITE);
        xy.setPlotBackgroundColor(Color.WHITE);
        xy.setPlotBorderVisible(false);
        xy.setPlotGridLinesColor(GRID);
        xy.setPlotGridVerticalLinesVisible(false);
        xy.setAxisTicksLineVisible(false);
        xy.setChartFontColor(TEXT);
        xy.setChartTitleBoxVisible(false);
        xy.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
        xy.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        xy.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        xy.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        xy.setLegendPosition(Styler.LegendPosition.OutsideS);
        xy.setLegendLayout(Styler.LegendLayout.Horizontal);
        xy.setLegendBorderColor(Color.WHITE);
        xy.setYAxisMin(0.0);
        xy.setXAxisDecimalPattern("0 s");
        xy.setXAxisMaxLabelCount(7);
    }

    private static String axis(String unit) {
        return switch (unit) {
            case "cps" -> "per second";
            case "s" -> "seconds";
            case "short" -> "";
            default -> unit.replace("suffix: ", "");
        };
    }
}
