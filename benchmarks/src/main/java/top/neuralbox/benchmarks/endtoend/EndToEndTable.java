package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import top.neuralbox.benchmarks.MarkdownTable;
import top.neuralbox.benchmarks.Options;

/**
 * Reads streams from a server in a process of its own, and prints the figures of all subjects side by side, as tables in
 * Markdown. Each figure is the median of several fresh processes, with the least and the greatest of them.
 */
public final class EndToEndTable {

    private static final List<Subject> QUICK = List.of(
            Subject.RAW_SOCKET,
            Subject.RAW_SOCKET_HAND_OVER,
            Subject.HTTPCLIENT_BARE,
            Subject.VERTX_BARE,
            Subject.NEURALBOX_STREAM_HTTPCLIENT,
            Subject.NEURALBOX_PUBLISH_HTTPCLIENT,
            Subject.NEURALBOX_STREAM_VERTX,
            Subject.NEURALBOX_PUBLISH_VERTX,
            Subject.OKHTTP_SSE,
            Subject.LANGCHAIN4J_JDK);

    /** The least number of streams that a process reads before it is measured. */
    private static final int LEAST_WARM_UP = 5;

    /** Enough for one stream. Each process touches all of it before it begins. */
    private static final String SMALL_HEAP = "512m";

    private final Options options;
    private final boolean quick;
    private final boolean full;
    private final List<Subject> subjects;
    private final int port;

    private EndToEndTable(Options options, int port) {
        this.options = options;
        this.quick = options.has("quick");
        this.full = !quick && !options.has("evening");
        this.subjects = options.enums(
                "subjects", Subject.class, quick ? QUICK : options.has("evening") ? Subject.EVENING : Subject.PLAIN);
        this.port = port;
    }

    /**
     * Options: {@code quick}, {@code evening}, {@code rounds=5 subjects=RAW_SOCKET,VERTX_BARE
     * only=flat|speeds|paced|length|crowd|many|features|gateway|secure
     * streams=100,1000 gateways=NGINX,RELAY_VERTX readers=1000}. Figures of CPU time leave the compiler out.
     */
    public static void main(String[] args) throws IOException {
        Options options = Options.of(args);
        try (Child server = Child.start(StreamServer.class, "2g")) {
            EndToEndTable table = new EndToEndTable(options, Integer.parseInt(server.line()));
            table.oneStream();
            table.crowds();
            table.manyStreams();
            table.features();
            if (table.wanted("gateway")) {
                new GatewayTable(options, table.port).print();
            }
        }
        if (options.text("only", options.has("quick") ? "" : "secure").equals("secure")) {
            try (Child server = Child.start(SecureServer.class, "1g")) {
                EndToEndTable table = new EndToEndTable(options, Integer.parseInt(server.line()));
                table.flat(Wire.TLS, "HTTP/1.1 over TLS");
                if (table.full) {
                    table.flat(Wire.HTTP2, "HTTP/2 over TLS");
                }
            }
        }
    }

    private void oneStream() throws IOException {
        if (wanted("flat")) {
            flat(Wire.CLEAR, "HTTP/1.1");
        }
        if (!quick && wanted("speeds")) {
            speeds();
        }
        if (wanted("paced")) {
            paced();
        }
        if (full && wanted("length")) {
            length();
        }
    }

    private void flat(Wire wire, String over) throws IOException {
        printFlat(wire, "chunks of 16 KiB, " + over, 16 * 1024);
        // Over TLS the server is slower than the client here, so one evening leaves that out.
        if (full || wire == Wire.CLEAR) {
            printFlat(wire, "one HTTP chunk per event, " + over, 0);
        }
    }

    private void printFlat(Wire wire, String title, int chunkBytes) throws IOException {
        boolean slowServer = wire == Wire.HTTP2 && chunkBytes == 0;
        int deltas = options.number("deltas", slowServer ? 50_000 : options.size(100_000, 100_000, 200_000));
        int warmup = options.number("warmup", options.size(8, LEAST_WARM_UP, LEAST_WARM_UP));
        List<Subject> speakers = subjects.stream()
                .filter(subject -> subject.speaks(wire))
                .filter(subject -> full || wire == Wire.CLEAR || subject != Subject.VERTX_BARE_SPREAD)
                .toList();
        Map<Subject, Figures> rows = trial(wire, options.size(2, 3, 5)).run(speakers, subject -> {
            String stream = chunkBytes + " " + deltas / scale(subject);
            return List.of("warm " + stream + " " + warmup + warmSeconds(), "flat " + stream + measuredSeconds());
        });
        double raw = perCpuSecond(rows, Subject.RAW_SOCKET);
        double rawByClock = perSecond(rows, Subject.RAW_SOCKET);
        double peer = rows.keySet().stream()
                .filter(Subject::isPeer)
                .mapToDouble(subject -> perCpuSecond(rows, subject))
                .max()
                .orElse(Double.NaN);
        MarkdownTable table = new MarkdownTable(
                String.format("One stream of %,d events, %s. Millions of events", deltas, title),
                "subject",
                "per second",
                "lowest and highest",
                "lowest / median",
                "per CPU second",
                "lowest and highest",
                "/ raw, clock",
                "/ raw, CPU",
                "/ bare, CPU",
                "/ best peer, CPU",
                "B/event");
        rows.forEach((subject, figures) -> table.row(
                subject,
                decimals(figures.median(0) / 1e6),
                figures.range(0, 1e6, 2),
                decimals(figures.least(0) / figures.median(0)),
                decimals(figures.median(1) / 1e6),
                figures.range(1, 1e6, 2),
                decimals(figures.median(0) / rawByClock),
                decimals(figures.median(1) / raw),
                decimals(figures.median(1) / perCpuSecond(rows, subject.bare())),
                decimals(figures.median(1) / peer),
                Math.round(figures.median(2))));
        table.print();
    }

    /** Ours in many fresh processes: none of them may be slow because its compiler decided otherwise. */
    private void speeds() throws IOException {
        int deltas = options.number("deltas", 200_000);
        String warm = "warm 0 " + deltas + " " + options.number("warmup", LEAST_WARM_UP) + warmSeconds();
        Map<Subject, Figures> rows = trial(Wire.CLEAR, 10)
                .run(Subject.OURS, subject -> List.of(warm, "flat 0 " + deltas + measuredSeconds()));
        MarkdownTable table = new MarkdownTable(
                "One HTTP chunk per event, in ten fresh processes. Millions of events per second",
                "subject",
                "median",
                "lowest and highest",
                "lowest / median");
        rows.forEach((subject, figures) -> table.row(
                subject,
                decimals(figures.median(0) / 1e6),
                figures.range(0, 1e6, 2),
                decimals(figures.least(0) / figures.median(0))));
        table.print();
    }

    /** The same number of events in streams of one length and of ten times that. */
    private void length() throws IOException {
        int deltas = options.number("deltas", 100_000);
        int warmup = options.number("warmup", LEAST_WARM_UP);
        int streams = options.number("each", 30);
        Trial trial = trial(Wire.CLEAR, 5);
        Map<Subject, Figures> once = trial.run(subjects, subject -> {
            String stream = "0 " + deltas / scale(subject);
            return List.of("warm " + stream + " " + warmup + warmSeconds(), "flat " + stream + " " + streams + " 0");
        });
        Map<Subject, Figures> tenfold = trial.run(subjects, subject -> {
            int size = deltas / scale(subject);
            return List.of(
                    "warm 0 " + size + " " + warmup + warmSeconds(), "flat 0 " + 10 * size + " " + streams / 10 + " 0");
        });
        MarkdownTable table = new MarkdownTable(
                String.format(
                        "Events per CPU second, and bytes per event, of a stream of %,d and of ten times that", deltas),
                "subject",
                "once",
                "tenfold",
                "ratio",
                "B/event",
                "tenfold");
        once.forEach((subject, figures) -> table.row(
                subject,
                decimals(figures.median(1) / 1e6),
                decimals(tenfold.get(subject).median(1) / 1e6),
                decimals(tenfold.get(subject).median(1) / figures.median(1)),
                Math.round(figures.median(2)),
                Math.round(tenfold.get(subject).median(2))));
        table.print();
    }

    private void paced() throws IOException {
        int events = options.number("paced", options.size(300, 1_000, 1_000));
        Map<Subject, Figures> rows = trial(Wire.CLEAR, options.size(2, 3, 7))
                .run(subjects, subject -> List.of("paced 1000 " + events, "paced 2000 " + events));
        MarkdownTable table = new MarkdownTable(
                "Latency from the server's write to the caller, an event every 2 ms, in microseconds",
                "subject",
                "p50",
                "lowest and highest",
                "p99",
                "lowest and highest",
                "p50 - bare",
                "p99 / bare");
        rows.forEach((subject, figures) -> {
            Figures bare = rows.getOrDefault(subject.bare(), figures);
            table.row(
                    subject,
                    Math.round(figures.median(0)),
                    figures.range(0, 1, 0),
                    Math.round(figures.median(1)),
                    figures.range(1, 1, 0),
                    Math.round(figures.median(0) - bare.median(0)),
                    decimals(figures.median(1) / bare.median(1)));
        });
        table.print();
    }

    /** Ever more streams at once, as fast as they come: the cost of an event should not depend on their number. */
    private void crowds() throws IOException {
        if (!full || !wanted("crowd")) {
            return;
        }
        List<Subject> crowded = options.enums("subjects", Subject.class, QUICK).stream()
                .filter(subject -> !subject.waits() && !subject.isPeer())
                .toList();
        Map<Integer, Map<Subject, Figures>> bySize = new TreeMap<>();
        for (int size : options.numbers("streams", List.of(1, 100, 1_000, 10_000))) {
            // So many in all that a few collections fall into the time.
            int deltas = Math.min(1_000_000, options.number("all", 10_000_000) / size);
            bySize.put(
                    size,
                    new Trial(options, Wire.CLEAR, port, "2g", 3)
                            .run(
                                    crowded,
                                    subject -> List.of(
                                            "warm 0 200000 10" + warmSeconds(), "flood 0 " + deltas + " " + size)));
        }
        MarkdownTable table = new MarkdownTable(
                "Streams at once, one HTTP chunk per event. Millions of events per CPU second, and bytes per event",
                "subject",
                "streams",
                "per CPU second",
                "lowest and highest",
                "B/event");
        bySize.forEach((size, rows) -> rows.forEach((subject, figures) -> table.row(
                subject,
                size,
                decimals(figures.median(1) / 1e6),
                figures.range(1, 1e6, 2),
                Math.round(figures.median(2)))));
        table.print();
    }

    /** Many slow streams, in a process that has read a few, and in one that has read none. */
    private void manyStreams() throws IOException {
        if (!wanted("many")) {
            return;
        }
        for (int streams : options.numbers("streams", full ? List.of(1, 100, 1_000, 5_000, 10_000) : List.of(1_000))) {
            List<Subject> able = subjects.stream()
                    .filter(subject -> options.has("subjects") || !subject.waits() || streams <= 1_000)
                    .toList();
            printMany(String.format("%,d slow streams, in a process that is warm", streams), able, subject -> {
                // What every process pays once, the compiler above all, is not a stream's.
                return List.of(
                        "flat 0 " + 200_000 / scale(subject) + (quick ? " 1 0" : " 3 0"),
                        "many 20 2000 " + options.size(200, 500, 500),
                        "many " + streams + " 200000 " + options.number("events", options.size(10, 20, 60)));
            });
        }
        if (!quick) {
            printMany(
                    "1,000 slow streams, in a young process: the first 20 events",
                    full ? subjects : withoutPeers(),
                    subject -> List.of("many 1000 200000 20"));
        }
    }

    private List<Subject> withoutPeers() {
        return subjects.stream().filter(subject -> !subject.isPeer()).toList();
    }

    /** Ours with all that an application may switch on. */
    private void features() throws IOException {
        if (quick || !wanted("features")) {
            return;
        }
        printMany(
                "1,000 slow streams, with what an application may switch on",
                Subject.FEATURES,
                subject -> List.of(
                        "flat 0 200000 3 0",
                        "many 20 2000 500",
                        "many 1000 200000 " + options.number("events", options.size(10, 20, 60))));
    }

    private void printMany(String title, List<Subject> able, Trial.Commands commands) throws IOException {
        Map<Subject, Figures> rows =
                new Trial(options, Wire.CLEAR, port, full ? "2g" : "1g", options.size(1, 3, 5)).run(able, commands);
        MarkdownTable table = new MarkdownTable(
                title + ", each with an event every 200 ms. CPU without the compiler",
                "subject",
                "threads",
                "KiB per stream",
                "CPU s to open",
                "/ bare",
                "CPU us per event",
                "lowest and highest",
                "/ bare",
                "p50 us",
                "p99 us",
                "failures");
        rows.forEach((subject, figures) -> {
            Figures bare = rows.getOrDefault(subject.bare(), figures);
            table.row(
                    subject,
                    Math.round(figures.median(0)),
                    String.format("%.1f", figures.median(1)),
                    decimals(figures.median(2)),
                    decimals(figures.median(2) / bare.median(2)),
                    String.format("%.1f", figures.median(3)),
                    figures.range(3, 1, 1),
                    decimals(figures.median(3) / bare.median(3)),
                    Math.round(figures.median(4)),
                    Math.round(figures.median(5)),
                    Math.round(figures.greatest(6)));
        });
        table.print();
    }

    private Trial trial(Wire wire, int rounds) {
        return new Trial(options, wire, port, SMALL_HEAP, rounds);
    }

    private String warmSeconds() {
        return " " + options.size(0, 2, 5);
    }

    /** The least number of streams that are measured, and the seconds after which no further one begins. */
    private String measuredSeconds() {
        return " 3 " + options.number("seconds", options.size(0, 1, 5));
    }

    private boolean wanted(String scenario) {
        return options.text("only", scenario).equals(scenario);
    }

    private static double perSecond(Map<Subject, Figures> rows, Subject subject) {
        return rows.containsKey(subject) ? rows.get(subject).median(0) : Double.NaN;
    }

    private static double perCpuSecond(Map<Subject, Figures> rows, Subject subject) {
        return rows.containsKey(subject) ? rows.get(subject).median(1) : Double.NaN;
    }

    private static String decimals(double figure) {
        return String.format("%.2f", figure);
    }

    /** The slowest subjects read shorter streams. */
    private static int scale(Subject subject) {
        return subject == Subject.OPENAI_JAVA ? 10 : 1;
    }
}
