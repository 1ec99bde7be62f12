package top.neuralbox.benchmarks.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationListener.Observer;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/**
 * What one delta costs the metrics: its chunk, itself, and its share of the flushes at a hundred deltas a second. The
 * arrival time is not in it, for the core takes it anyway. Run it with {@code -prof gc} for the bytes, and with {@code -t 2}
 * for two streams that share their meters.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DeltaMetricsBenchmark {

    private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Who hears of a delta. */
    public enum Listener {
        NOBODY,
        METRICS,
        METRICS_WITH_EVERY_GAP
    }

    /** The registry that all threads share, as the streams of an application do. */
    @State(Scope.Benchmark)
    public static class Application {

        @Param
        public Listener listener;

        private GenerationListener metrics;
        private GenerationInfo info;

        @Setup
        public void start() {
            info = anyInfo();
            metrics = listener == Listener.NOBODY
                    ? started -> outcome -> {}
                    : NeuralBoxMetrics.builder(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                            .deltaGaps(listener == Listener.METRICS_WITH_EVERY_GAP)
                            .build();
        }

        /** The core makes infos; a client that is closed makes one without a call. */
        private static GenerationInfo anyInfo() {
            AtomicReference<GenerationInfo> made = new AtomicReference<>();
            HttpClientTransport transport = HttpClientTransport.create();
            NeuralBox client = NeuralBox.builder()
                    .apiKey("nb_benchmark")
                    .transport(transport)
                    .listener(started -> {
                        made.set(started);
                        return outcome -> {};
                    })
                    .build();
            client.close();
            var unused = client.generateAsync(GenerationRequest.of("gpt-5", "hello"));
            transport.close();
            return made.get();
        }
    }

    private Observer observer;
    private long arrival;

    @Setup
    public void begin(Application application) {
        observer = application.metrics.started(application.info);
        arrival = System.nanoTime();
    }

    @Benchmark
    public void delta() {
        arrival += GAP_NANOS;
        observer.received(60);
        observer.delta(4, 50, arrival);
    }
}
