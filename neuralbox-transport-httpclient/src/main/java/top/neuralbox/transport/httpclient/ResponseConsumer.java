package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Passes the engine's callbacks to the call. The engine may make one twice, and after the end of the call (5.6.5); the call
 * allows for that. An exception from a callback would end the I/O thread and every call on it, so each callback is fenced.
 */
final class ResponseConsumer implements AsyncResponseConsumer<Void> {

    private final HttpClientCall call;

    ResponseConsumer(HttpClientCall call) {
        this.call = call;
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
        fenced(call::interim);
    }

    @Override
    public void consumeResponse(
            HttpResponse response,
            @Nullable EntityDetails entity,
            HttpContext context,
            FutureCallback<Void> resultCallback) {
        fenced(() -> call.head(response, entity != null));
    }

    @Override
    public void updateCapacity(CapacityChannel channel) {
        fenced(() -> call.updateCapacity(channel));
    }

    @Override
    public void consume(ByteBuffer bytes) {
        // Without fenced(): each token takes this path, and would allocate a lambda.
        try {
            call.receive(bytes);
        } catch (Throwable defect) {
            call.engineFailed(defect);
        }
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        fenced(call::responseWhole);
    }

    @Override
    public void failed(Exception cause) {
        fenced(() -> call.engineFailed(cause));
    }

    /**
     * The engine calls this twice: before {@link #failed} of a broken exchange, and after a whole exchange, when the connection
     * is back in the pool. Only the second case is useful.
     */
    @Override
    public void releaseResources() {
        fenced(call::released);
    }

    private void fenced(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable defect) {
            call.engineFailed(defect);
        }
    }
}
