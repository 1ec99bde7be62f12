package top.neuralbox.transport.httpclient;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedSelectorException;
import java.util.ConcurrentModificationException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * One client of the engine's, with its I/O threads and its connections. The engine does not replace a thread that has ended, and
 * once it has noticed, takes no connection on the others either (httpcore 5.4.4). So a client that lost a thread gets no further
 * calls, finishes what the other threads carry, and is closed then. Thread-safe.
 */
final class Reactor {

    private static final Logger LOG = System.getLogger("top.neuralbox");

    private final WatchedConnections connections;
    private final Executor elsewhere;
    private final CloseableHttpAsyncClient client;
    private final Set<HttpClientCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean broken;

    /**
     * Starts the threads.
     *
     * @param elsewhere a thread on which a client may be closed
     * @param maker makes the client
     */
    Reactor(WatchedConnections connections, Executor elsewhere, Function<Reactor, CloseableHttpAsyncClient> maker) {
        this.connections = connections;
        this.elsewhere = elsewhere;
        this.client = maker.apply(this);
        try {
            client.start();
        } catch (Throwable noThread) {
            close();
            throw noThread;
        }
    }

    /** Whether a thread has ended, so that no call may begin here. */
    boolean isBroken() {
        return broken;
    }

    /** Begins an exchange of a call here. {@link #ended} must follow. */
    Future<?> begin(HttpClientCall call, Function<CloseableHttpAsyncClient, Future<?>> exchange) {
        calls.add(call);
        return exchange.apply(client);
    }

    /** The call has ended. Idempotent. */
    void ended(HttpClientCall call) {
        calls.remove(call);
        closeIfDone();
    }

    /**
     * A thread has ended, or could not be started, as its own last deed. It throws if the machine is still short of something,
     * and is then called again.
     *
     * @param fault what ended it, if that was an {@code Error}
     */
    void threadEnded(Thread thread, @Nullable Throwable fault) {
        if (closed.get()) {
            return;
        }
        if (!broken) {
            broken = true;
            LOG.log(Level.ERROR, "an I/O thread of HttpClient ended; others take its place", fault);
        }
        // The engine tells most of them, but not if it ran out of memory again.
        calls.forEach(call -> call.threadEnded(thread));
        closeIfDone();
    }

    /** Closing takes the selectors from beneath threads that use them, which is no failure (httpcore 5.4.4). */
    void failed(Exception cause) {
        boolean byClosing =
                cause instanceof ClosedSelectorException || cause instanceof ConcurrentModificationException;
        if (!(byClosing && closed.get())) {
            LOG.log(Level.ERROR, "an I/O thread of HttpClient failed", cause);
        }
    }

    void evict(TimeValue maxIdle) {
        connections.closeExpired();
        connections.closeIdle(maxIdle);
    }

    /** Ends the threads and sockets, but tells no call. Idempotent. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            client.close(CloseMode.IMMEDIATE);
        }
    }

    private void closeIfDone() {
        if (broken && calls.isEmpty() && !closed.get()) {
            elsewhere.execute(this::close);
        }
    }
}
