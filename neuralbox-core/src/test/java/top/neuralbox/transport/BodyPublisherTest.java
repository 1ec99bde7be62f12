package top.neuralbox.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BodyPublisherTest {

    private final BodyPublisher body = new BodyPublisher(new BodyPublisher.Source() {
        @Override
        public void taken(int bytes) {}

        @Override
        public void abandoned() {}
    });

    @Test
    void whatComesAfterACancelIsNotKept() {
        body.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.cancel();
            }

            @Override
            public void onNext(ByteBuffer buffer) {}

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onComplete() {}
        });

        body.offer(ByteBuffer.allocate(1_024));

        // Bytes that are kept would leave the engine paused for ever.
        assertThat(body.ahead()).isZero();
    }
}
