package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.util.Objects;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** The three places of the engine's execution chain where an exchange asks its call whether it may go on. */
final class ExchangeGates {

    private static final String CALL = "neuralbox.call";

    private ExchangeGates() {}

    static void attach(HttpContext context, HttpClientCall call) {
        context.setAttribute(CALL, call);
    }

    static HttpClientCall callOf(HttpContext context) {
        return (HttpClientCall) Objects.requireNonNull(context.getAttribute(CALL), CALL);
    }

    /** At the head of the chain: the call takes hold of what can close its connection. */
    static void enter(
            HttpRequest request,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        HttpClientCall call = callOf(scope.clientContext);
        call.enter(scope.execRuntime);
        try {
            chain.proceed(request, body, scope, new CompleteWhenWhole(callback, call));
        } catch (Error foreign) {
            // Of an interceptor. It would end the thread, which may be the one of other calls.
            callback.failed(new IllegalStateException("an interceptor threw an Error", foreign));
        }
    }

    /**
     * Before the first step that runs once there is a connection, and before the last. The last throws when the connection was
     * closed between the lease and here, which may happen on the thread of another call that released it; an interceptor of the
     * application's throws what it likes, on an I/O thread. Neither may reach another call.
     */
    static void fence(
            HttpRequest request,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        try {
            chain.proceed(request, body, scope, callback);
        } catch (RuntimeException e) {
            callback.failed(e);
        } catch (Error e) {
            callback.failed(new IllegalStateException("an interceptor threw an Error", e));
        }
    }

    /** As the head is about to be written: a call that has ended meanwhile is never sent, and none is sent twice. */
    static void beforeSending(HttpRequest request, @Nullable EntityDetails body, HttpContext context)
            throws HttpException, IOException {
        HttpClientCall call = callOf(context);
        if (!call.hasHeader(HttpHeaders.USER_AGENT)) {
            request.removeHeaders(HttpHeaders.USER_AGENT);
        }
        call.beforeSending();
    }

    /**
     * Keeps a connection from the pool until its response is whole, and until it is known that nothing was read behind it.
     * Over HTTP/2 the engine takes an exchange for complete
     * when a refusal (400 and above) has begun and the request is written, whatever is left of the response (5.6.5).
     */
    private record CompleteWhenWhole(AsyncExecCallback callback, HttpClientCall call) implements AsyncExecCallback {

        @Override
        public @Nullable AsyncDataConsumer handleResponse(HttpResponse response, @Nullable EntityDetails entity)
                throws HttpException, IOException {
            return callback.handleResponse(response, entity);
        }

        @Override
        public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
            callback.handleInformationResponse(response);
        }

        @Override
        public void completed() {
            if (call.isWhole()) {
                TransportThreads.whenEventIsOver(callback::completed);
            }
        }

        @Override
        public void failed(Exception cause) {
            callback.failed(cause);
        }
    }
}
