package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import top.neuralbox.GenerationListener.Observer;

/** A delta costs no memory, whether or not each gap is recorded, its share of the flushes included. */
class MeteredGenerationAllocationTest {

    private static final int DELTAS = 1_000_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Arrivals of 100 deltas a second: one flush for a hundred of them. */
    private static final long GAP = TimeUnit.MILLISECONDS.toNanos(10);

    @ParameterizedTest
    @CsvSource({"false, NEURALBOX", "true, NEURALBOX", "true, OTEL_GENAI_0_1"})
    void aDeltaAllocatesNothing(boolean everyGap, MeterNaming naming) {
        NeuralBoxMetrics metrics = NeuralBoxMetrics.builder(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .deltaGaps(everyGap)
                .naming(naming)
                .models(List.of("gpt-5"))
                .build();
        Captured completed = Captured.completed();
        Observer observer = metrics.started(completed.info());
        observer.begun("gen_1", "gpt-5");
        long at = deltas(observer, System.nanoTime());
        long before = THREADS.getCurrentThreadAllocatedBytes();
        deltas(observer, at);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        observer.ended(completed.outcome());
        // A histogram rotates its window now and then, and a counter may grow a cell: a few KiB in a million deltas.
        assertThat((double) allocated / DELTAS).as("bytes a delta").isLessThan(0.05);
    }

    private static long deltas(Observer observer, long from) {
        long at = from;
        for (int i = 0; i < DELTAS; i++) {
            at += GAP;
            observer.received(60);
            observer.delta(4, 50, at);
        }
        return at;
    }
}
