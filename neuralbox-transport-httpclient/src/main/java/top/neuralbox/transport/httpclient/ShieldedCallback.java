package top.neuralbox.transport.httpclient;

import java.io.IOException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The callback of an interceptor, which may throw in place of passing the end of its exchange on. The engine expects no
 * exception there (5.6.5): its I/O thread would end with all its streams, or the call would never be told. So the call is told
 * here.
 *
 * @param held the connection of the exchange. The call gives up its own reference when it ends, which may be earlier
 */
record ShieldedCallback(AsyncExecCallback callback, HttpClientCall call, AsyncExecRuntime held)
        implements AsyncExecCallback {

    @Override
    public @Nullable AsyncDataConsumer handleResponse(HttpResponse response, @Nullable EntityDetails entity)
            throws HttpException, IOException {
        call.engineAnswers();
        AsyncDataConsumer consumer = callback.handleResponse(response, entity);
        return consumer == null || consumer instanceof ResponseConsumer ? consumer : new ShieldedConsumer(consumer);
    }

    @Override
    public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
        callback.handleInformationResponse(response);
    }

    @Override
    public void completed() {
        TransportThreads.enterCallback();
        try {
            callback.completed();
        } catch (Throwable foreign) {
            held.discardEndpoint();
            call.endNotPassedOn(foreign);
            ForeignCode.threw(foreign, "it was told of the end of a response");
        } finally {
            TransportThreads.leaveCallback();
        }
    }

    @Override
    public void failed(Exception cause) {
        TransportThreads.enterCallback();
        try {
            callback.failed(cause);
        } catch (Throwable foreign) {
            held.discardEndpoint();
            call.engineFailed(cause);
            ForeignCode.threw(foreign, "it was told of a failure");
        } finally {
            TransportThreads.leaveCallback();
        }
    }
}
