package top.neuralbox.transport.vertx;

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
        BodyPublisher publisher = new BodyPublisher(new SilentSource());
        eventLoop.execute(() -> {
            for (long i = 0; i < elements; i++) {
                publisher.offer(ByteBuffer.wrap(new byte[] {(byte) i}));
            }
            publisher.complete();
        });
        return publisher;
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        BodyPublisher publisher = new BodyPublisher(new SilentSource());
        publisher.fail(new IllegalStateException("broken before anybody subscribed"));
        return publisher;
    }

    @Override
    public long maxElementsFromPublisher() {
        return MOST_ELEMENTS;
    }

    /** An engine that was told and does not mind. */
    private static final class SilentSource implements BodyPublisher.Source {

        @Override
        public void roomAgain() {}

        @Override
        public void abandoned() {}
    }
}
