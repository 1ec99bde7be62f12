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

/** The steps in the engine's execution chain that connect an exchange with its call, and keep failures from other calls. */
final class ExchangeGates {

    private static final String CALL = "neuralbox.call";

    private ExchangeGates() {}

    static void attach(HttpContext context, HttpClientCall call) {
        context.setAttribute(CALL, call);
    }

    static HttpClientCall callOf(HttpContext context) {
        return (HttpClientCall) Objects.requireNonNull(context.getAttribute(CALL), CALL);
    }

    /** The first step of the chain: gives the call the object that can close its connection. */
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
            // An interceptor threw it. It would end the thread, which may serve other calls.
            callback.failed(new IllegalStateException("an interceptor threw an Error", foreign));
        }
    }

    /** The last step before the connection is made. If that fails, the engine tells the interceptors on an I/O thread. */
    static void connecting(
            HttpRequest request,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        chain.proceed(
                request, body, scope, new ShieldedCallback(callback, callOf(scope.clientContext), scope.execRuntime));
    }

    /** The first step after the connection is made. A warm-up goes no further. */
    static void connected(
            HttpRequest request,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        if (!callOf(scope.clientContext).connected(scope.execRuntime, callback::completed)) {
            fence(request, body, scope, chain, callback);
        }
    }

    /**
     * Runs after {@link #connected}, and before the last step. The last step throws if the connection
     * was closed after its lease. It may run on the thread of another call, which released the connection. An interceptor of
     * the application may throw anything, on an I/O thread. Neither exception may reach another call.
     */
    static void fence(
            HttpRequest request,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        AsyncExecCallback shielded = new ShieldedCallback(callback, callOf(scope.clientContext), scope.execRuntime);
        try {
            chain.proceed(request, body, scope, shielded);
        } catch (RuntimeException e) {
            shielded.failed(e);
        } catch (Error e) {
            shielded.failed(new IllegalStateException("an interceptor threw an Error", e));
        }
    }

    /** Runs immediately before the head is written. A call that has ended is never sent, and no call is sent twice. */
    static void beforeSending(HttpRequest request, @Nullable EntityDetails body, HttpContext context)
            throws HttpException, IOException {
        HttpClientCall call = callOf(context);
        if (!call.hasHeader(HttpHeaders.USER_AGENT)) {
            request.removeHeaders(HttpHeaders.USER_AGENT);
        }
        call.beforeSending();
    }

    /**
     * Keeps a connection out of the pool until its response is whole, and until it is known that no bytes were read after it.
     * Over HTTP/2 the engine counts an exchange as complete when a response of status 400 or above has begun and the request is
     * written, even if part of the response is missing (5.6.5).
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
