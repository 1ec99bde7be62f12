package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import top.neuralbox.benchmarks.Median;
import top.neuralbox.benchmarks.Options;

/**
 * Reads streams from a server in a JVM of its own, each subject in a JVM of its own too, in turns so that what else the
 * machine does falls on all of them, and prints the figures side by side.
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

    private final Options options;
    private final boolean quick;
    private final List<Subject> subjects;
    private final int port;

    private EndToEndTable(Options options, int port) {
        this.options = options;
        this.quick = options.has("quick");
        this.subjects = options.enums("subjects", Subject.class, quick ? QUICK : List.of(Subject.values()));
        this.port = port;
    }

    /** Options: {@code quick}, {@code rounds=3 subjects=RAW_SOCKET,VERTX_BARE only=flat|paced|length|secure|crowd|many streams=100,1000}. Figures of CPU time leave the compiler out. */
    public static void main(String[] args) throws IOException {
        Options options = Options.of(args);
        try (Child server = Child.start(StreamServer.class, "2g")) {
            EndToEndTable table = new EndToEndTable(options, Integer.parseInt(server.line()));
            table.oneStream();
            table.crowds();
            table.manyStreams();
        }
        if (options.text("only", options.has("quick") ? "" : "secure").equals("secure")) {
            try (Child server = Child.start(SecureServer.class, "1g")) {
                EndToEndTable table = new EndToEndTable(options, Integer.parseInt(server.line()));
                table.secureStream(Wire.TLS, "HTTP/1.1 over TLS");
                table.secureStream(Wire.HTTP2, "HTTP/2 over TLS");
            }
        }
    }

    /** Throughput and latency of one stream: the JVMs live through all rounds, so that each is warm. */
    private void oneStream() throws IOException {
        boolean flat = wanted("flat");
        boolean paced = wanted("paced");
        boolean length = !quick && wanted("length");
        if (!flat && !paced && !length) {
            return;
        }
        Map<Subject, Child> clients = clients(Wire.CLEAR);
        try {
            if (flat) {
                printFlat("chunks of 16 KiB", 16 * 1024, clients);
                printFlat("one HTTP chunk an event", 0, clients);
            }
            if (paced) {
                printPaced(clients);
            }
            if (length) {
                printLength(clients);
            }
        } finally {
            clients.values().forEach(Child::close);
        }
    }

    /** The engines and ours over another wire: the server is another, so these figures stand by themselves. */
    private void secureStream(Wire wire, String title) throws IOException {
        Map<Subject, Child> clients = clients(wire);
        try {
            printFlat("chunks of 16 KiB, " + title, 16 * 1024, clients);
            printFlat("one chunk an event, " + title, 0, clients);
        } finally {
            clients.values().forEach(Child::close);
        }
    }

    private Map<Subject, Child> clients(Wire wire) throws IOException {
        Map<Subject, Child> clients = new EnumMap<>(Subject.class);
        for (Subject subject : subjects) {
            if (subject.speaks(wire)) {
                clients.put(
                        subject,
                        Child.start(
                                ClientProcess.class,
                                "512m",
                                "subject=" + subject.name(),
                                "wire=" + wire.name(),
                                "port=" + port));
            }
        }
        return clients;
    }

    private void printFlat(String title, int chunkBytes, Map<Subject, Child> clients) throws IOException {
        int deltas = options.number("deltas", quick ? 100_000 : 200_000);
        int warmup = options.number("warmup", quick ? 8 : 40);
        int streams = options.number("each", quick ? 6 : 30);
        int rounds = options.number("rounds", quick ? 3 : 5);
        for (Subject subject : clients.keySet()) {
            ask(clients, subject, "flat " + chunkBytes + " " + deltas / scale(subject) + " " + warmup);
        }
        Map<Subject, Figures> rows = new EnumMap<>(Subject.class);
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : clients.keySet()) {
                rows.computeIfAbsent(subject, s -> new Figures())
                        .add(ask(
                                clients,
                                subject,
                                "flat " + chunkBytes + " " + deltas / scale(subject) + " " + streams));
            }
        }
        System.out.printf("%none stream of %,d events, %s%n", deltas, title);
        System.out.printf(
                "%-36s %12s %14s %14s %14s %8s %8s %8s %8s%n",
                "subject",
                "events/s",
                "min..max (M)",
                "events/CPU-s",
                "min..max (M)",
                "/raw",
                "/bare",
                "/peer",
                "B/event");
        double raw = perCpuSecond(rows, Subject.RAW_SOCKET);
        double peer = rows.keySet().stream()
                .filter(Subject::isPeer)
                .mapToDouble(subject -> perCpuSecond(rows, subject))
                .max()
                .orElse(Double.NaN);
        rows.forEach((subject, figures) -> System.out.printf(
                "%-36s %,12.0f %14s %,14.0f %14s %8.2f %8.2f %8.2f %8.0f%n",
                subject,
                figures.median(0),
                figures.millions(0),
                figures.median(1),
                figures.millions(1),
                figures.median(1) / raw,
                figures.median(1) / perCpuSecond(rows, subject.bare()),
                figures.median(1) / peer,
                figures.median(3)));
    }

    /** The same number of events in streams of one length and of ten times that. */
    private void printLength(Map<Subject, Child> clients) throws IOException {
        int deltas = options.number("deltas", 100_000);
        int streams = options.number("each", 30);
        int rounds = options.number("rounds", 5);
        Map<Subject, Figures> shorter = new EnumMap<>(Subject.class);
        Map<Subject, Figures> longer = new EnumMap<>(Subject.class);
        for (int round = -1; round < rounds; round++) {
            for (Subject subject : clients.keySet()) {
                int size = deltas / scale(subject);
                double[] once = ask(clients, subject, "flat 0 " + size + " " + streams);
                double[] tenfold = ask(clients, subject, "flat 0 " + 10 * size + " " + streams / 10);
                if (round >= 0) {
                    shorter.computeIfAbsent(subject, s -> new Figures()).add(once);
                    longer.computeIfAbsent(subject, s -> new Figures()).add(tenfold);
                }
            }
        }
        System.out.printf(
                "%nevents for each CPU second and bytes an event, as a stream of %,d becomes ten times as long%n",
                deltas);
        System.out.printf("%-36s %14s %14s %8s %8s %8s%n", "subject", "once", "tenfold", "ratio", "B/event", "tenfold");
        shorter.forEach((subject, figures) -> System.out.printf(
                "%-36s %,14.0f %,14.0f %8.2f %8.0f %8.0f%n",
                subject,
                figures.median(1),
                longer.get(subject).median(1),
                longer.get(subject).median(1) / figures.median(1),
                figures.median(3),
                longer.get(subject).median(3)));
    }

    private static double perCpuSecond(Map<Subject, Figures> rows, Subject subject) {
        return rows.containsKey(subject) ? rows.get(subject).median(1) : Double.NaN;
    }

    private void printPaced(Map<Subject, Child> clients) throws IOException {
        int events = options.number("paced", quick ? 300 : 1_000);
        int rounds = options.number("rounds", quick ? 3 : 7);
        Map<Subject, Figures> rows = new EnumMap<>(Subject.class);
        for (Subject subject : clients.keySet()) {
            ask(clients, subject, "paced 1000 " + events);
        }
        for (int round = 0; round < rounds; round++) {
            for (Subject subject : clients.keySet()) {
                rows.computeIfAbsent(subject, s -> new Figures()).add(ask(clients, subject, "paced 2000 " + events));
            }
        }
        System.out.printf("%nlatency from the server's write to the caller's hand, an event each 2 ms, microseconds%n");
        System.out.printf("%-36s %8s %14s %8s%n", "subject", "p50", "min..max", "p99");
        rows.forEach((subject, figures) -> System.out.printf(
                "%-36s %8.0f %14s %8.0f%n",
                subject,
                figures.median(0),
                String.format("%.0f..%.0f", figures.least(0), figures.greatest(0)),
                figures.median(1)));
    }

    /** Ever more streams at once, as fast as they come: what an event costs should not depend on their number. */
    private void crowds() throws IOException {
        if (quick || !wanted("crowd")) {
            return;
        }
        List<Subject> crowded = options.enums("subjects", Subject.class, QUICK).stream()
                .filter(subject -> !subject.waits() && !subject.isPeer())
                .toList();
        List<Integer> sizes = options.numbers("streams", List.of(1, 100, 1_000, 10_000));
        int rounds = options.number("rounds", 3);
        System.out.printf(
                "%nstreams at once, one HTTP chunk an event: millions of events a CPU second, and bytes an event%n");
        System.out.printf("%-36s", "subject");
        sizes.forEach(size -> System.out.printf(" %,18d", size));
        System.out.println();
        for (Subject subject : crowded) {
            System.out.printf("%-36s", subject);
            for (int size : sizes) {
                Figures figures = new Figures();
                for (int round = 0; round < rounds; round++) {
                    figures.add(crowd(subject, size));
                }
                System.out.printf(" %10.2f %5.0f B", figures.median(1) / 1e6, figures.median(3));
            }
            System.out.println();
        }
    }

    private double[] crowd(Subject subject, int streams) throws IOException {
        // So many in all that a few collections fall into the time.
        int deltas = Math.min(1_000_000, options.number("all", 10_000_000) / streams);
        try (Child client = Child.start(ClientProcess.class, "2g", "subject=" + subject.name(), "port=" + port)) {
            client.ask("flat 0 200000 10");
            return client.ask("flood 0 " + deltas + " " + streams);
        } catch (IOException e) {
            throw new IOException(subject + " with " + streams + " streams", e);
        }
    }

    /** Many slow streams: a fresh JVM for each figure. */
    private void manyStreams() throws IOException {
        if (!wanted("many")) {
            return;
        }
        int rounds = options.number("rounds", quick ? 1 : 3);
        for (int streams : options.numbers("streams", quick ? List.of(1_000) : List.of(1, 100, 1_000, 5_000, 10_000))) {
            Map<Subject, Figures> rows = new EnumMap<>(Subject.class);
            for (int round = 0; round < rounds; round++) {
                for (Subject subject : subjects) {
                    if (!options.has("subjects") && subject.waits() && streams > 1_000) {
                        continue;
                    }
                    rows.computeIfAbsent(subject, s -> new Figures()).add(many(subject, streams));
                }
            }
            printMany(streams, rows);
        }
    }

    private double[] many(Subject subject, int streams) throws IOException {
        try (Child client = Child.start(ClientProcess.class, "2g", "subject=" + subject.name(), "port=" + port)) {
            // What every process pays once, the compiler above all, is not a stream's.
            client.ask("flat 0 " + 200_000 / scale(subject) + (quick ? " 1" : " 3"));
            client.ask("many 20 2000 " + (quick ? 200 : 500));
            return client.ask("many " + streams + " 200000 " + options.number("events", quick ? 10 : 60));
        } catch (IOException e) {
            throw new IOException(subject + " with " + streams + " streams", e);
        }
    }

    private static void printMany(int streams, Map<Subject, Figures> rows) {
        System.out.printf("%n%,d streams, each with an event in 200 ms%n", streams);
        System.out.printf(
                "%-36s %8s %10s %10s %12s %14s %10s %10s %9s%n",
                "subject",
                "threads",
                "KiB/stream",
                "CPU-s open",
                "CPU us/event",
                "min..max",
                "p50 us",
                "p99 us",
                "failures");
        rows.forEach((subject, figures) -> System.out.printf(
                "%-36s %8.0f %10.1f %10.2f %12.1f %14s %10.0f %10.0f %9.0f%n",
                subject,
                figures.median(0),
                figures.median(1),
                figures.median(2),
                figures.median(3),
                String.format("%.1f..%.1f", figures.least(3), figures.greatest(3)),
                figures.median(4),
                figures.median(5),
                figures.greatest(6)));
    }

    private boolean wanted(String scenario) {
        return options.text("only", scenario).equals(scenario);
    }

    /** The slowest subjects read shorter streams. */
    private static int scale(Subject subject) {
        return subject == Subject.OPENAI_JAVA ? 10 : 1;
    }

    private static double[] ask(Map<Subject, Child> clients, Subject subject, String command) throws IOException {
        try {
            return clients.get(subject).ask(command);
        } catch (IOException e) {
            throw new IOException(subject + ": " + command, e);
        }
    }

    /** The rounds of one subject. */
    private static final class Figures {

        private final List<double[]> rounds = new ArrayList<>();

        void add(double[] figures) {
            rounds.add(figures);
        }

        double median(int column) {
            return Median.of(column(column));
        }

        double least(int column) {
            return Median.at(column(column), 0);
        }

        double greatest(int column) {
            return Median.at(column(column), 1);
        }

        String millions(int column) {
            return String.format("%.2f..%.2f", least(column) / 1e6, greatest(column) / 1e6);
        }

        private List<Double> column(int column) {
            return rounds.stream().map(round -> round[column]).toList();
        }
    }
}
