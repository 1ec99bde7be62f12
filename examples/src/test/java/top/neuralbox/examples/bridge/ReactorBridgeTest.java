package top.neuralbox.examples.bridge;

import java.util.concurrent.Flow;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import top.neuralbox.GenerationEvent;

class ReactorBridgeTest implements BridgeContract {

    @Override
    public Flow.Publisher<String> text(Flow.Publisher<GenerationEvent> events) {
        return JdkFlowAdapter.publisherToFlowPublisher(flux(events));
    }

    @Override
    public Flow.Publisher<String> textElsewhere(Flow.Publisher<GenerationEvent> events) {
        Flux<String> text = flux(events);
        return JdkFlowAdapter.publisherToFlowPublisher(text.publishOn(Schedulers.boundedElastic()));
    }

    private static Flux<String> flux(Flow.Publisher<GenerationEvent> events) {
        Flux<String> text = JdkFlowAdapter.flowPublisherToFlux(events)
                .ofType(GenerationEvent.Delta.class)
                .map(GenerationEvent.Delta::text);
        return text;
    }
}
