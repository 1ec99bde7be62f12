package top.neuralbox.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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

    /** A call that is about to be cancelled asks for what the transport holds. */
    @Test
    void bytesThatAreAskedForComeBeforeAnAbortOnAnotherThread() {
        List<String> signals = new ArrayList<>();
        body.offer(ByteBuffer.allocate(3));
        body.subscribe(new Flow.Subscriber<>() {
            private boolean first = true;

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(2);
            }

            @Override
            public void onNext(ByteBuffer buffer) {
                signals.add(buffer.remaining() + " bytes");
                if (first) {
                    first = false;
                    // As another thread would while this one has the turn.
                    body.offer(ByteBuffer.allocate(4));
                    body.abort(new IllegalStateException("aborted"));
                    body.offer(ByteBuffer.allocate(5));
                }
            }

            @Override
            public void onError(Throwable error) {
                signals.add(error.getMessage());
            }

            @Override
            public void onComplete() {}
        });

        assertThat(signals).containsExactly("3 bytes", "9 bytes", "aborted");
    }

    /** The first bytes are lost, so the later ones would follow a hole. */
    @Test
    void bytesThatComeAfterLostOnesAreNotDelivered() {
        List<String> signals = new ArrayList<>();
        AtomicReference<BodyPublisher> self = new AtomicReference<>();
        BodyPublisher broken = new BodyPublisher(new BodyPublisher.Source() {
            private boolean first = true;

            @Override
            public void taken(int bytes) {
                if (first) {
                    first = false;
                    self.get().offer(ByteBuffer.allocate(4));
                    throw new IllegalStateException("scripted");
                }
            }

            @Override
            public void abandoned() {}
        });
        self.set(broken);
        broken.offer(ByteBuffer.allocate(3));

        broken.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(2);
            }

            @Override
            public void onNext(ByteBuffer buffer) {
                signals.add(buffer.remaining() + " bytes");
            }

            @Override
            public void onError(Throwable error) {
                signals.add(error.getMessage());
            }

            @Override
            public void onComplete() {}
        });

        assertThat(signals).containsExactly("scripted");
    }

    @Test
    void sourceThatThrowsOnceEndsTheBody() {
        AtomicReference<Throwable> told = new AtomicReference<>();
        AtomicInteger thrown = new AtomicInteger();
        BodyPublisher broken = new BodyPublisher(new BodyPublisher.Source() {
            @Override
            public void taken(int bytes) {
                if (thrown.getAndIncrement() == 0) {
                    throw new IllegalStateException("scripted");
                }
            }

            @Override
            public void abandoned() {}
        });
        broken.offer(ByteBuffer.allocate(1));

        broken.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(ByteBuffer buffer) {}

            @Override
            public void onError(Throwable error) {
                told.set(error);
            }

            @Override
            public void onComplete() {}
        });

        assertThat(told.get()).hasMessage("scripted");
    }
}
