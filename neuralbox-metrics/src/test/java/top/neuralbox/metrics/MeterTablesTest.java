package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The tables of the documentation are those that the enums give. After a change, {@code ./mvnw test -pl neuralbox-metrics
 * -am -Dtest=MeterTablesTest -Dneuralbox.docs.write=true} writes them anew.
 */
class MeterTablesTest {

    private static final Path PAGE = Path.of("..", "docs", "metrics", "meters.md");

    private static final Map<Meter.Type, String> TYPES = Map.of(
            Meter.Type.COUNTER, "counter",
            Meter.Type.GAUGE, "gauge",
            Meter.Type.TIMER, "timer",
            Meter.Type.LONG_TASK_TIMER, "long task timer",
            Meter.Type.DISTRIBUTION_SUMMARY, "summary");

    /** What is appended when a meter is exposed. */
    private static final Map<Meter.Type, String> SUFFIXES = Map.of(
            Meter.Type.COUNTER, "_total",
            Meter.Type.GAUGE, "",
            Meter.Type.TIMER, "_{bucket,count,sum,max}",
            Meter.Type.LONG_TASK_TIMER, "_{count,sum,max}",
            Meter.Type.DISTRIBUTION_SUMMARY, "_{bucket,count,sum,max}");

    @Test
    void theTableOfMetersIsThatOfTheEnum() throws IOException {
        holds("GenerationMeter", meters());
    }

    @Test
    void theTableOfErrorTypesIsThatOfTheEnum() throws IOException {
        holds(
                "ErrorType",
                Arrays.stream(ErrorType.values())
                        .map(type -> "`" + type.value() + "`")
                        .collect(Collectors.joining(", "))
                        .replaceAll("(.{90,110}?), ", "$1,\n"));
    }

    private static void holds(String source, String expected) throws IOException {
        String page = Files.readString(PAGE);
        String begin = "<!-- begin: generated from " + source + " -->\n";
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf("<!-- end -->", from);
        if (Boolean.getBoolean("neuralbox.docs.write")) {
            page = page.substring(0, from) + expected + "\n" + page.substring(to);
            Files.writeString(PAGE, page);
            to = page.indexOf("<!-- end -->", from);
        }
        assertThat(page.substring(from, to)).isEqualTo(expected + "\n");
    }

    private static String meters() {
        return "| meter (`neuralbox.client.` …) | type, unit | own tag | description | in Prometheus (`neuralbox_client_` …) |\n"
                + "|---|---|---|---|---|\n"
                + Arrays.stream(GenerationMeter.values())
                        .map(MeterTablesTest::row)
                        .collect(Collectors.joining("\n"));
    }

    private static String row(GenerationMeter meter) {
        String unit = meter.unit() == null ? "" : ", " + meter.unit();
        String buckets = meter.buckets().length == 0
                ? ""
                : ". Buckets: "
                        + Arrays.stream(meter.buckets())
                                .mapToObj(MeterTablesTest::plain)
                                .collect(Collectors.joining(" "));
        String tag = meter.extraTag() == null ? "" : "`" + meter.extraTag() + "`";
        String name = new PrometheusNamingConvention().name(meter.meterName(), meter.type(), meter.unit());
        return "| `" + meter.meterName().substring("neuralbox.client.".length()) + "` | " + TYPES.get(meter.type())
                + unit
                + " | " + tag + " | " + meter.description() + buckets + " | `"
                + name.substring("neuralbox_client_".length()) + SUFFIXES.get(meter.type()) + "` |";
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? String.format(Locale.ROOT, "%.0f", bound) : String.valueOf(bound);
    }
}
