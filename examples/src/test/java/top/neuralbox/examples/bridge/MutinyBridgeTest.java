package top.neuralbox.examples.bridge;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.concurrent.Flow;
import top.neuralbox.GenerationEvent;

class MutinyBridgeTest implements BridgeContract {

    @Override
    public Flow.Publisher<String> text(Flow.Publisher<GenerationEvent> events) {
        return multi(events);
    }

    @Override
    public Flow.Publisher<String> textElsewhere(Flow.Publisher<GenerationEvent> events) {
        Multi<String> text = multi(events);
        return text.emitOn(Infrastructure.getDefaultWorkerPool());
    }

    private static Multi<String> multi(Flow.Publisher<GenerationEvent> events) {
        Multi<String> text = Multi.createFrom()
                .publisher(events)
                .filter(GenerationEvent.Delta.class::isInstance)
                .map(event -> ((GenerationEvent.Delta) event).text());
        return text;
    }
}
