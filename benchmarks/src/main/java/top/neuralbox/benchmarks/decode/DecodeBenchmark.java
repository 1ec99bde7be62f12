package top.neuralbox.benchmarks.decode;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;

/**
 * Decodes a sample. On a machine that is shared, time that passed says little; so the CPU time of the decoding thread is
 * counted, and events for each second of it is the figure to compare.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
public class DecodeBenchmark {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();

    /** The CPU time in which the compiler has done nothing, after which it counts as at rest. */
    private static final long CALM = 300_000_000;

    /** The most warm-up, as a multiple of the least. */
    private static final int MOST_WARM_UP = 4;

    @Param("NEURALBOX")
    private Subject subject;

    @Param("1400")
    private int chunkBytes;

    @Param("USUAL")
    private Mix mix;

    @Param("10000")
    private int deltas;

    /** The least CPU time of the thread before anything is measured, in milliseconds. It then waits for the compiler to rest. */
    @Param("2500")
    private int warmupCpuMillis;

    private SampleStream sample;
    private Decoding decoding;

    /** What an iteration did. JMH sets it back to zero and adds it up. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Work {
        public long events;
        public long cpuNanos;
    }

    @Setup
    public void prepare(Blackhole blackhole) throws Exception {
        sample = subject.sample(mix, deltas);
        decoding = subject.prepare(sample, chunkBytes);
        long least = warmupCpuMillis * 1_000_000L;
        long begin = THREADS.getCurrentThreadCpuTime();
        long compiled = COMPILER.getTotalCompilationTime();
        long calmSince = begin;
        for (long now = begin;
                now - begin < least || (now - calmSince < CALM && now - begin < MOST_WARM_UP * least);
                now = THREADS.getCurrentThreadCpuTime()) {
            decode(new Work(), blackhole);
            if (COMPILER.getTotalCompilationTime() != compiled) {
                compiled = COMPILER.getTotalCompilationTime();
                calmSince = THREADS.getCurrentThreadCpuTime();
            }
        }
    }

    @Benchmark
    public void decode(Work work, Blackhole blackhole) throws Exception {
        long before = THREADS.getCurrentThreadCpuTime();
        Tally tally = new Tally(blackhole);
        decoding.run(tally);
        work.cpuNanos += THREADS.getCurrentThreadCpuTime() - before;
        work.events += sample.events().size();
        if (subject.decodes()) {
            tally.check(sample);
        }
    }
}
