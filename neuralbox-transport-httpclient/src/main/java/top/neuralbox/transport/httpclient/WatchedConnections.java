package top.neuralbox.transport.httpclient;

import java.util.concurrent.Future;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.nio.AsyncConnectionEndpoint;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** The connection pool, which lets each call watch the connection that is being made for it. */
final class WatchedConnections extends PoolingAsyncClientConnectionManager {

    WatchedConnections(TlsStrategy tls, HostNames names) {
        super(
                RegistryBuilder.<TlsStrategy>create()
                        .register(URIScheme.HTTPS.id, tls)
                        .build(),
                PoolConcurrencyPolicy.STRICT,
                PoolReusePolicy.LIFO,
                TimeValue.NEG_ONE_MILLISECOND,
                null,
                names);
    }

    @Override
    public Future<AsyncConnectionEndpoint> connect(
            AsyncConnectionEndpoint endpoint,
            ConnectionInitiator initiator,
            @Nullable Timeout timeout,
            @Nullable Object attachment,
            HttpContext context,
            FutureCallback<AsyncConnectionEndpoint> callback) {
        HttpClientCall call = ExchangeGates.callOf(context);
        return super.connect(
                endpoint,
                call.attempt().watch(fenced(initiator, call)),
                call.addressTimeout(),
                attachment,
                context,
                callback);
    }

    /**
     * Secures a tunnel. The engine also comes here by itself if a server answers a request with status 101 and TLS (5.6.5).
     */
    @Override
    public void upgrade(
            AsyncConnectionEndpoint endpoint,
            @Nullable Object attachment,
            HttpContext context,
            FutureCallback<AsyncConnectionEndpoint> callback) {
        if (ExchangeGates.callOf(context).refusesSwitch()) {
            callback.failed(new ConnectionClosedException("the server switched to TLS within the connection"));
        } else {
            super.upgrade(endpoint, attachment, context, callback);
        }
    }

    /** Fences the callback of a connect operation. It runs on an I/O thread, with the interceptors. */
    private static ConnectionInitiator fenced(ConnectionInitiator initiator, HttpClientCall call) {
        return (endpoint, remote, local, timeout, attachment, callback) ->
                initiator.connect(endpoint, remote, local, timeout, attachment, new FencedCallback(callback, call));
    }

    /** Closes the connection if the callback throws an {@code Error}, which would end the I/O thread (httpcore 5.4.4). */
    private record FencedCallback(FutureCallback<IOSession> callback, HttpClientCall call)
            implements FutureCallback<IOSession> {

        @Override
        public void completed(IOSession opened) {
            TransportThreads.enterCallback();
            try {
                callback.completed(opened);
            } catch (Error foreign) {
                opened.close(CloseMode.IMMEDIATE);
                call.engineFailed(foreign);
                callback.failed(new IllegalStateException(
                        "code outside NeuralBox, for example an interceptor, threw an Error on an I/O thread",
                        foreign));
            } finally {
                TransportThreads.leaveCallback();
            }
        }

        @Override
        public void failed(Exception cause) {
            callback.failed(cause);
        }

        @Override
        public void cancelled() {
            callback.cancelled();
        }
    }
}
