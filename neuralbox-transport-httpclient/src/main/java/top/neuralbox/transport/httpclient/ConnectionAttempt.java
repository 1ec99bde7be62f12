package top.neuralbox.transport.httpclient;

import java.net.SocketAddress;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ConnectionInitiator;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The attempt to connect for one call, which can be abandoned at any time.
 *
 * <p>The engine's own cancellation does not reach it (5.6.5). If a place in the pool was free at once, the cancel reaches the
 * finished lease instead of the connect operation. Once TCP is connected, a cancelled TLS handshake goes on, and its socket
 * stays open without an owner. So the attempt keeps a reference to the socket.
 */
final class ConnectionAttempt {

    private volatile boolean abandoned;
    private volatile @Nullable IOSession session;

    /** Wraps the connection initiator, so that this attempt knows the socket as soon as it is connected. */
    ConnectionInitiator watch(ConnectionInitiator initiator) {
        return (endpoint, remote, local, timeout, attachment, callback) ->
                connect(initiator, endpoint, remote, local, timeout, attachment, callback);
    }

    /**
     * Closes the socket if it is connected, otherwise as soon as it is. A running connect operation is not cancelled: before
     * the engine has recorded the socket, a cancel would leave it open for good. The operation ends by itself.
     */
    void abandon() {
        abandoned = true;
        IOSession open = session;
        if (open != null) {
            open.close(CloseMode.IMMEDIATE);
        }
    }

    private Future<IOSession> connect(
            ConnectionInitiator initiator,
            NamedEndpoint endpoint,
            SocketAddress remote,
            SocketAddress local,
            Timeout timeout,
            Object attachment,
            FutureCallback<IOSession> callback) {
        if (abandoned) {
            callback.cancelled();
            return CompletableFuture.failedFuture(new CancellationException());
        }
        var unused = initiator.connect(endpoint, remote, local, timeout, attachment, new FutureCallback<>() {
            @Override
            public void completed(IOSession opened) {
                session = opened;
                if (abandoned) {
                    opened.close(CloseMode.IMMEDIATE);
                    callback.cancelled();
                } else {
                    callback.completed(opened);
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
        });
        // Not the engine's future: a call that waited in the pool would cancel it, and might leave the socket open.
        return new CompletableFuture<>();
    }
}
