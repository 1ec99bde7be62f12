package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a body that an interceptor has put in the place of ours. The engine releases it before it tells anybody of a
 * failure, and expects no exception there (5.6.5).
 */
record ShieldedConsumer(AsyncDataConsumer consumer) implements AsyncDataConsumer {

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        consumer.updateCapacity(channel);
    }

    @Override
    public void consume(ByteBuffer bytes) throws IOException {
        consumer.consume(bytes);
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) throws HttpException, IOException {
        consumer.streamEnd(trailers);
    }

    @Override
    public void releaseResources() {
        TransportThreads.enterCallback();
        try {
            consumer.releaseResources();
        } catch (Throwable foreign) {
            ForeignCode.threw(foreign, "its body was released");
        } finally {
            TransportThreads.leaveCallback();
        }
    }
}
