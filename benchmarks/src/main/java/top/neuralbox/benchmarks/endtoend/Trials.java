package top.neuralbox.benchmarks.endtoend;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import top.neuralbox.benchmarks.Median;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;

/** The measurements of one subject, in the process in which its client runs; what they cost is read from a meter. */
final class Trials implements AutoCloseable {

    /** How many streams may wait for their first byte at once: more would measure the server's backlog. */
    private static final int OPENING = 128;

    /** How long no further stream may open before the trial has failed. */
    private static final long LONGEST_STANDSTILL = TimeUnit.SECONDS.toNanos(30);

    /** The share of a stream's CPU time that the compiler may use at most while it is at rest. */
    private static final double CALM = 0.03;

    /** The number of streams in a row after which the compiler counts as at rest. */
    private static final int CALM_STREAMS = 5;

    private static final int MOST_WARM_UP = 3;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final LongAdder allocatedByThreadsThatEnded = new LongAdder();
    private final boolean waits;
    private final String shape;
    private final Wire wire;
    private final int port;
    private final StreamClient client;
    private final Meter meter;

    /** Trials of a client of this process. */
    Trials(Subject subject, Wire wire, int port) {
        this(subject.client(wire), subject.waits(), subject.shape(), wire, port, Meter.OWN);
    }

    private Trials(StreamClient client, boolean waits, String shape, Wire wire, int port, Meter meter) {
        this.client = client;
        this.waits = waits;
        this.shape = shape;
        this.wire = wire;
        this.port = port;
        this.meter = meter;
    }

    /** Trials of a gateway, whose meter it is, with readers in this process. */
    static Trials through(int gatewayPort, Meter gateway, int port) throws IOException {
        return new Trials(new SelectorClient(gatewayPort), false, "neuralbox", Wire.CLEAR, port, gateway);
    }

    @Override
    public void close() {
        client.close();
    }

    /**
     * Reads streams until the compiler has come to rest, and compares the text of each with what the server sent. A compiler
     * may rest for a while and then compile once more what has become hot meanwhile, so the time has a minimum too.
     *
     * @param least the least number of streams
     * @param seconds the shortest time; {@link #MOST_WARM_UP} times as long is the longest, or as many streams if it is zero
     * @return the number of streams
     */
    int warm(int chunkBytes, int deltas, int least, int seconds) throws Exception {
        long shortest = TimeUnit.SECONDS.toNanos(seconds);
        String text = SampleStream.of(Mix.USUAL, deltas).text();
        long begin = System.nanoTime();
        int calm = 0;
        int streams = 0;
        while (true) {
            long passed = System.nanoTime() - begin;
            boolean most = seconds == 0 ? streams >= MOST_WARM_UP * least : passed >= MOST_WARM_UP * shortest;
            if (streams >= least && passed >= shortest && (calm >= CALM_STREAMS || most)) {
                return streams;
            }
            long cpu = meter.cpuNanos();
            long compiler = meter.compilerNanos();
            readOne(Scenario.flat(wire, port, chunkBytes, deltas, shape), readings -> readings.comparing(text));
            long compiled = meter.compilerNanos() - compiler;
            calm = compiled <= CALM * (meter.cpuNanos() - cpu) ? calm + 1 : 0;
            streams++;
        }
    }

    /**
     * Reads streams one after the other, as fast as they come.
     *
     * @param least the least number of streams
     * @param seconds the time after which no further stream begins
     */
    Flat flat(int chunkBytes, int deltas, int least, int seconds) throws Exception {
        long shortest = TimeUnit.SECONDS.toNanos(seconds);
        long chars = SampleStream.of(Mix.USUAL, deltas).chars();
        long allocated = allocated();
        long cpu = meter.cpuNanos();
        long begin = System.nanoTime();
        int streams = 0;
        for (; streams < least || System.nanoTime() - begin < shortest; streams++) {
            Readings readings = readOne(Scenario.flat(wire, port, chunkBytes, deltas, shape), Readings::counting);
            rejectOtherText(readings, deltas, chars);
        }
        long wallNanos = System.nanoTime() - begin;
        return new Flat((long) streams * deltas, wallNanos, meter.cpuNanos() - cpu, allocated() - allocated);
    }

    private Readings readOne(Scenario scenario, Function<Readings, StreamReader> reader) throws Exception {
        Readings readings = new Readings(1);
        start(scenario, reader.apply(readings));
        readings.awaitEnd();
        rejectFailures(readings);
        return readings;
    }

    /** Streams side by side, as fast as they come, from when all are open. */
    Flat flood(int chunkBytes, int deltas, int streams) throws Exception {
        Readings readings = new Readings(streams);
        Scenario gated = Scenario.flood(port, chunkBytes, deltas, shape);
        for (int i = 0; i < streams; i++) {
            awaitOpened(readings, i - OPENING);
            start(gated, readings.counting());
        }
        awaitOpened(readings, streams);
        long allocated = allocated();
        long cpu = meter.cpuNanos();
        long begin = System.nanoTime();
        go();
        readings.awaitEnd();
        long wallNanos = System.nanoTime() - begin;
        cpu = meter.cpuNanos() - cpu;
        rejectFailures(readings);
        rejectOtherText(
                readings,
                (long) streams * deltas,
                streams * SampleStream.of(Mix.USUAL, deltas).chars());
        return new Flat(readings.deltas(), wallNanos, cpu, allocated() - allocated);
    }

    /** One stream with an event each interval. */
    Latency paced(int intervalMicros, int deltas) throws Exception {
        Readings readings = new Readings(1);
        Readings.Timing reader = readings.timing(deltas);
        start(Scenario.paced(port, intervalMicros, deltas, false, shape), reader);
        readings.awaitEnd();
        rejectFailures(readings);
        List<Double> micros = Readings.micros(List.of(reader));
        return new Latency(Median.of(micros), Median.at(micros, 0.99));
    }

    /** Many streams at once: first all of them open and still, then with an event each interval. */
    Many many(int streams, int intervalMicros, int deltas) throws Exception {
        Readings readings = new Readings(streams);
        List<Readings.Timing> readers = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            readers.add(readings.timing(deltas));
        }
        int threadsBefore = meter.threads();
        long heapBefore = meter.usedHeap();
        long residentBefore = meter.resident();
        long cpuBefore = meter.cpuNanos();
        Scenario gated = Scenario.paced(port, intervalMicros, deltas, true, shape);
        for (int i = 0; i < streams; i++) {
            awaitOpened(readings, i - OPENING);
            start(gated, readers.get(i));
        }
        awaitOpened(readings, streams);
        long cpuOpen = meter.cpuNanos();
        int threads = meter.threads() - threadsBefore;
        double heap = (meter.usedHeap() - heapBefore) / (double) streams;
        double resident = (meter.resident() - residentBefore) / (double) streams;
        long cpuStill = meter.cpuNanos();
        go();
        readings.awaitEnd();
        long cpuEnd = meter.cpuNanos();
        List<Double> micros = Readings.micros(readers);
        return new Many(
                threads,
                heap / 1024,
                resident / 1024,
                (cpuOpen - cpuBefore) / 1e9,
                (cpuEnd - cpuStill) / 1e3 / Math.max(1, readings.deltas()),
                Median.of(micros),
                Median.at(micros, 0.99),
                readings.failures(),
                readings.deltas());
    }

    private void start(Scenario scenario, StreamReader reader) throws Exception {
        if (!waits) {
            client.open(scenario.uri(), reader);
            return;
        }
        Thread thread = new Thread(
                () -> {
                    try {
                        client.open(scenario.uri(), reader);
                    } catch (Throwable t) {
                        reader.ended(t);
                    }
                    allocatedByThreadsThatEnded.add(THREADS.getCurrentThreadAllocatedBytes());
                },
                "caller");
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitOpened(Readings readings, int least) {
        int opened = 0;
        long since = System.nanoTime();
        while (opened < least) {
            int now = readings.opened();
            if (now > opened) {
                opened = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > LONGEST_STANDSTILL || readings.failures() > 0) {
                throw new IllegalStateException(opened + " of " + least + " streams opened", readings.failure());
            }
            LockSupport.parkNanos(100_000);
        }
    }

    private void go() throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) Scenario.go(port).uri().toURL().openConnection();
        if (connection.getResponseCode() != HttpURLConnection.HTTP_NO_CONTENT) {
            throw new IllegalStateException("the server did not let the streams begin");
        }
        connection.disconnect();
    }

    private static void rejectFailures(Readings readings) {
        if (readings.failures() > 0) {
            throw new IllegalStateException("a stream failed", readings.failure());
        }
    }

    private static void rejectOtherText(Readings readings, long deltas, long chars) {
        if (readings.deltas() != deltas || readings.chars() != chars) {
            throw new IllegalStateException("read " + readings.deltas() + " deltas of " + deltas + " with "
                    + readings.chars() + " chars of " + chars);
        }
    }

    /** What all threads have allocated; a caller's thread that is about to end may be missed for a moment. */
    private long allocated() {
        return allocatedByThreadsThatEnded.sum() + meter.allocated();
    }

    record Flat(long deltas, long wallNanos, long cpuNanos, long allocated) {

        double perSecond() {
            return deltas * 1e9 / wallNanos;
        }

        double perCpuSecond() {
            return deltas * 1e9 / cpuNanos;
        }

        double bytesEach() {
            return (double) allocated / deltas;
        }
    }

    record Latency(double p50, double p99) {}

    record Many(
            int threads,
            double heapKiB,
            double residentKiB,
            double cpuSecondsToOpen,
            double cpuMicrosPerEvent,
            double p50,
            double p99,
            int failures,
            long deltas) {}
}
