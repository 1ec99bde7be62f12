package top.neuralbox.benchmarks.endtoend;

import java.util.function.Consumer;
import top.neuralbox.GenerationEvent;
import top.neuralbox.benchmarks.DeltaSink;

/** Takes the text out of events. */
final class Events {

    private Events() {}

    static Consumer<GenerationEvent> deltasTo(DeltaSink sink) {
        return event -> accept(event, sink);
    }

    static void accept(GenerationEvent event, DeltaSink sink) {
        if (event instanceof GenerationEvent.Delta delta) {
            sink.delta(delta.text());
        }
    }
}
