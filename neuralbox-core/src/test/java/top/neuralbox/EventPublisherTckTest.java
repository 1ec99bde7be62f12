package top.neuralbox;

import java.net.URI;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** The Reactive Streams rules for {@link NeuralBox#publish}, each subscription with a call of its own. */
public class EventPublisherTckTest extends FlowPublisherVerification<GenerationEvent> {

    public EventPublisherTckTest() {
        super(new TestEnvironment(500, 50));
    }

    @Override
    public Flow.Publisher<GenerationEvent> createFlowPublisher(long elements) {
        StubTransport transport = new StubTransport();
        // A generation that completes has at least its end, so the one without an event is one that fails.
        transport.next(call -> {
            if (elements == 0) {
                call.stream().finish();
            } else {
                stream(call, elements);
            }
        });
        return client(transport).publish(GenerationRequest.of("gpt-5", "hello"));
    }

    /** Null skips the rules for a publisher that fails before it is asked for anything: this one is not sent before. */
    @Override
    public Flow.Publisher<GenerationEvent> createFailedFlowPublisher() {
        return null;
    }

    @Override
    public long maxElementsFromPublisher() {
        return 10_000;
    }

    private static void stream(StubTransport.StubCall call, long elements) {
        call.stream();
        for (long i = 1; i < elements; i++) {
            call.delta("word ");
        }
        call.end().done().finish();
    }

    private static NeuralBox client(StubTransport transport) {
        return NeuralBox.builder()
                .apiKey("nb_test")
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .build();
    }
}
