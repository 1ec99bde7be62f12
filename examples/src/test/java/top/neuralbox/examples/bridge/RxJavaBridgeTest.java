package top.neuralbox.examples.bridge;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.Flow;
import org.reactivestreams.FlowAdapters;
import top.neuralbox.GenerationEvent;

class RxJavaBridgeTest implements BridgeContract {

    @Override
    public Flow.Publisher<String> text(Flow.Publisher<GenerationEvent> events) {
        return FlowAdapters.toFlowPublisher(flowable(events));
    }

    @Override
    public Flow.Publisher<String> textElsewhere(Flow.Publisher<GenerationEvent> events) {
        Flowable<String> text = flowable(events);
        return FlowAdapters.toFlowPublisher(text.observeOn(Schedulers.io()));
    }

    private static Flowable<String> flowable(Flow.Publisher<GenerationEvent> events) {
        Flowable<String> text = Flowable.fromPublisher(FlowAdapters.toPublisher(events))
                .ofType(GenerationEvent.Delta.class)
                .map(GenerationEvent.Delta::text);
        return text;
    }
}
