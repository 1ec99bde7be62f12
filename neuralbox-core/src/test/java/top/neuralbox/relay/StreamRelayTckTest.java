package top.neuralbox.relay;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;
import top.neuralbox.GenerationEvent;

/** The Reactive Streams rules for {@link StreamRelay#body}. */
public class StreamRelayTckTest extends FlowPublisherVerification<ByteBuffer> {

    public StreamRelayTckTest() {
        super(new TestEnvironment(500, 50));
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        return StreamRelay.of(deltas(Math.max(elements - 1, 0))).body();
    }

    @Override
    public void optional_spec105_emptyStreamMustTerminateBySignallingOnComplete() {
        throw new SkipException("a body has one buffer at least");
    }

    /** Null skips the rules for a publisher that fails: a body tells of a failure and completes. */
    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        return null;
    }

    @Override
    public long maxElementsFromPublisher() {
        return 10_000;
    }

    /** Deltas on demand, before {@code [DONE]}, which is the relay's. */
    private static Flow.Publisher<GenerationEvent> deltas(long count) {
        return subscriber -> {
            subscriber.onSubscribe(new Flow.Subscription() {
                private long published;

                @Override
                public void request(long n) {
                    for (long i = 0; i < n && published < count; i++) {
                        published++;
                        subscriber.onNext(new GenerationEvent.Delta("word "));
                        if (published == count) {
                            subscriber.onComplete();
                        }
                    }
                }

                @Override
                public void cancel() {}
            });
            if (count == 0) {
                subscriber.onComplete();
            }
        };
    }
}
