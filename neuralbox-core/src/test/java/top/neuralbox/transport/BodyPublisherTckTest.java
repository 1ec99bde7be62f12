package top.neuralbox.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.Test;

/** The Reactive Streams rules for publishers, while another thread fills the publisher as an event loop does. */
@Test
public class BodyPublisherTckTest extends FlowPublisherVerification<ByteBuffer> {

    private static final long PATIENCE_MILLIS = 1_000;
    private static final long SILENCE_MILLIS = 50;
    private static final long MOST_ELEMENTS = 10_000;
    private static final int ROOM = 1_024;

    private final ExecutorService eventLoop = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "body-publisher-tck");
        thread.setDaemon(true);
        return thread;
    });

    public BodyPublisherTckTest() {
        super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS));
    }

    @AfterClass
    public void stopTheEventLoop() {
        eventLoop.shutdownNow();
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        FakeEngine engine = new FakeEngine(elements);
        eventLoop.execute(engine::send);
        return engine.publisher;
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        BodyPublisher publisher = new FakeEngine(0).publisher;
        publisher.fail(new IllegalStateException("broken before anybody subscribed"));
        return publisher;
    }

    @Override
    public long maxElementsFromPublisher() {
        return MOST_ELEMENTS;
    }

    /** Sends buffers that fill the room there is, one at a time, since smaller ones would be joined. */
    private final class FakeEngine implements BodyPublisher.Source {

        private final BodyPublisher publisher = new BodyPublisher(this);
        private long left;

        FakeEngine(long elements) {
            left = elements;
        }

        @Override
        public void taken(int bytes) {
            eventLoop.execute(this::send);
        }

        @Override
        public void abandoned() {}

        private void send() {
            while (left > 0 && publisher.ahead() < ROOM) {
                left--;
                publisher.offer(ByteBuffer.allocate(ROOM));
            }
            if (left == 0) {
                left--;
                publisher.complete();
            }
        }
    }
}
