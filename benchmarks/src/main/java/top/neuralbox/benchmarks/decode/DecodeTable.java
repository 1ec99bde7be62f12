package top.neuralbox.benchmarks.decode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import top.neuralbox.benchmarks.MarkdownTable;
import top.neuralbox.benchmarks.Median;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.Options;

/**
 * Runs {@link DecodeBenchmark} for all subjects in turn, each in JVMs of its own, and prints a table for each kind of
 * sample with the ratios that count. The order of the subjects is another one in each round.
 */
public final class DecodeTable {

    /** What one evening decodes in one table only: what explains a figure, and the two peers that are the slowest by far. */
    private static final Set<Subject> ONCE_AN_EVENING = Set.of(
            Subject.NEURALBOX_CALL,
            Subject.SPRING_WEBFLUX,
            Subject.OPENAI_JAVA,
            Subject.FLOOR_STRINGS,
            Subject.FLOOR_SCAN);

    private DecodeTable() {}

    /** Options: {@code quick}, {@code evening}, {@code rounds=2 chunks=64,1400 mixes=USUAL subjects=NEURALBOX,NAIVE deltas=10000 warmup=2500}. */
    public static void main(String[] args) throws RunnerException {
        Options options = Options.of(args);
        boolean quick = options.has("quick");
        int rounds = options.number("rounds", options.size(1, 3, 5));
        List<Subject> subjects = options.enums(
                "subjects",
                Subject.class,
                quick
                        ? List.of(
                                Subject.NEURALBOX,
                                Subject.NEURALBOX_NO_FAST_PATH,
                                Subject.NAIVE,
                                Subject.OKHTTP_SSE,
                                Subject.LANGCHAIN4J,
                                Subject.JACKSON_CORE)
                        : List.of(Subject.values()));
        for (Mix mix : options.enums("mixes", Mix.class, quick ? List.of(Mix.USUAL) : List.of(Mix.values()))) {
            List<Integer> chunks =
                    options.numbers("chunks", quick || mix != Mix.USUAL ? List.of(1400) : List.of(64, 1400, 16384));
            for (int chunkBytes : chunks) {
                boolean all = !options.has("evening") || (mix == Mix.USUAL && chunkBytes == 1400);
                List<Subject> compared = subjects.stream()
                        .filter(subject -> all || !ONCE_AN_EVENING.contains(subject))
                        .toList();
                Map<Subject, Row> rows = new EnumMap<>(Subject.class);
                for (int round = 0; round < rounds; round++) {
                    for (int i = 0; i < compared.size(); i++) {
                        Subject subject = compared.get((i + round) % compared.size());
                        rows.computeIfAbsent(subject, s -> new Row()).add(run(subject, mix, chunkBytes, options));
                    }
                }
                print(mix, chunkBytes, rows);
            }
        }
    }

    private static Collection<RunResult> run(Subject subject, Mix mix, int chunkBytes, Options options)
            throws RunnerException {
        ChainedOptionsBuilder jmh = new OptionsBuilder()
                .include(DecodeBenchmark.class.getName())
                .mode(Mode.Throughput)
                .param("subject", subject.name())
                .param("chunkBytes", Integer.toString(chunkBytes))
                .param("mix", mix.name())
                .param("deltas", Integer.toString(options.number("deltas", 10_000)))
                .param("warmupCpuMillis", Integer.toString(options.number("warmup", options.size(1_000, 1_500, 2_500))))
                .forks(1)
                .warmupIterations(0)
                .measurementIterations(options.number("iterations", options.size(3, 3, 5)))
                .measurementTime(TimeValue.milliseconds(options.size(300, 300, 500)))
                .addProfiler(GCProfiler.class)
                .jvmArgs("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        return new Runner(jmh.build()).run();
    }

    private static void print(Mix mix, int chunkBytes, Map<Subject, Row> rows) {
        double peer = best(rows, rows.keySet().stream().filter(Subject::isPeer));
        double jackson = best(rows, Stream.of(Subject.JACKSON_CORE).filter(rows::containsKey));
        double decoder = best(rows, Stream.of(Subject.NEURALBOX).filter(rows::containsKey));
        MarkdownTable table = new MarkdownTable(
                String.format(
                        "Decode, mix %s, chunks of %,d bytes. Millions of events per CPU second, by forks",
                        mix, chunkBytes),
                "subject",
                "per CPU second",
                "lowest and highest",
                "ns per event",
                "/ best peer",
                "/ jackson-core",
                "/ neuralbox",
                "B/event");
        rows.forEach((subject, row) -> table.row(
                subject,
                String.format("%.2f", row.median() / 1e6),
                String.format("%.2f to %.2f", row.least() / 1e6, row.greatest() / 1e6),
                Math.round(1e9 / row.median()),
                String.format("%.2f", row.median() / peer),
                String.format("%.2f", row.median() / jackson),
                String.format("%.2f", row.median() / decoder),
                Math.round(row.bytesPerEvent())));
        table.print();
    }

    private static double best(Map<Subject, Row> rows, Stream<Subject> subjects) {
        return subjects.map(rows::get)
                .map(Row::median)
                .max(Comparator.naturalOrder())
                .orElse(Double.NaN);
    }

    /** The forks of one subject. Each counts by the median of its iterations. */
    private static final class Row {

        private final List<Double> rates = new ArrayList<>();
        private final List<Double> bytes = new ArrayList<>();

        void add(Collection<RunResult> results) {
            for (RunResult result : results) {
                for (BenchmarkResult fork : result.getBenchmarkResults()) {
                    List<Double> iterations = new ArrayList<>();
                    for (IterationResult iteration : fork.getIterationResults()) {
                        iterations.add(rate(iteration));
                        bytes.add(bytes(iteration));
                    }
                    rates.add(Median.of(iterations));
                }
            }
        }

        private static double rate(IterationResult iteration) {
            var secondary = iteration.getSecondaryResults();
            return secondary.get("events").getScore()
                    / secondary.get("cpuNanos").getScore()
                    * 1e9;
        }

        private static double bytes(IterationResult iteration) {
            var secondary = iteration.getSecondaryResults();
            double perOp = secondary.keySet().stream()
                    .filter(label -> label.endsWith("gc.alloc.rate.norm"))
                    .mapToDouble(label -> secondary.get(label).getScore())
                    .findFirst()
                    .orElse(Double.NaN);
            return perOp
                    / (secondary.get("events").getScore()
                            / iteration.getMetadata().getMeasuredOps());
        }

        double median() {
            return Median.of(rates);
        }

        double least() {
            return rates.stream().min(Comparator.naturalOrder()).orElseThrow();
        }

        double greatest() {
            return rates.stream().max(Comparator.naturalOrder()).orElseThrow();
        }

        double bytesPerEvent() {
            return Median.of(bytes);
        }
    }
}
