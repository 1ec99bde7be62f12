package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BodyPublisherTest {

    private final BodyPublisher body = new BodyPublisher(new BodyPublisher.Source() {
        @Override
        public void roomAgain() {}

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

        body.offer(ByteBuffer.allocate(BodyPublisher.HIGH_WATER_MARK));

        // A body that looked full would have the engine paused, with nobody to resume it.
        assertThat(body.isFull()).isFalse();
    }
}
