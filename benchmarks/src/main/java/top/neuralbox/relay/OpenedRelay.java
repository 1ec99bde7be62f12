package top.neuralbox.relay;

import java.util.concurrent.Flow;
import top.neuralbox.GenerationEvent;

/** Opens what core keeps to its own package, for benchmarks. */
public final class OpenedRelay {

    private OpenedRelay() {}

    /** A relay whose signals come on the thread that asks, so that a benchmark measures it and no hand-over. */
    public static StreamRelay onThisThread(Flow.Publisher<GenerationEvent> events) {
        return StreamRelay.builder(events).callbacks(Runnable::run).build();
    }
}
