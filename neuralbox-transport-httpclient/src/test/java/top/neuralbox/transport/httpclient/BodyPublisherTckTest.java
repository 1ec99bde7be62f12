package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** The Reactive Streams TCK on the body, fed as the engine feeds it: from one I/O thread, and only against credit. */
public class BodyPublisherTckTest extends FlowPublisherVerification<ByteBuffer> {

    private static final long PATIENCE_MILLIS = 1_000;
    private static final long NO_SIGNAL_MILLIS = 50;

    private static final ExecutorService IO = Executors.newSingleThreadExecutor(new TransportThreads("tck"));

    public BodyPublisherTckTest() {
        super(new TestEnvironment(PATIENCE_MILLIS, NO_SIGNAL_MILLIS));
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        BodyPublisher body = new BodyPublisher(() -> {}, failure -> {});
        FakeEngine engine = new FakeEngine(body, elements);
        IO.execute(engine::start);
        return body;
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        BodyPublisher body = new BodyPublisher(() -> {}, failure -> {});
        body.fail(new IOException("lost"));
        return body;
    }

    /** Sends one buffer as large as a portion of credit, and the next one when that portion is given back. */
    private static final class FakeEngine implements CapacityChannel {

        private final BodyPublisher body;
        private long left;

        FakeEngine(BodyPublisher body, long elements) {
            this.body = body;
            this.left = elements;
        }

        void start() {
            body.updateCapacity(this);
            send();
        }

        @Override
        public void update(int increment) {
            IO.execute(this::send);
        }

        private void send() {
            if (left == 0) {
                body.complete();
            } else {
                left--;
                body.receive(ByteBuffer.allocate(BodyPublisher.WINDOW / 2));
            }
        }
    }
}
