package top.neuralbox.transport.httpclient;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedSelectorException;
import java.util.ConcurrentModificationException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/**
 * One client of the engine, with its I/O threads and its connections. The engine does not replace a thread that has ended. Once
 * it has noticed, it makes no connection on the other threads either (httpcore 5.4.4). So a client that lost a thread gets no
 * further calls, finishes the calls of its other threads, and is then closed. Thread-safe.
 */
final class Reactor {

    private static final Logger LOG = System.getLogger("top.neuralbox");

    private final WatchedConnections connections;
    private final Executor elsewhere;
    private final CloseableHttpAsyncClient client;
    private final Set<HttpClientCall> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean retired;

    /**
     * Starts the threads.
     *
     * @param elsewhere runs the close of the client on a thread of its own
     * @param maker creates the client
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

    /** Whether no further call may begin here. Once true, stays true. */
    boolean isRetired() {
        return retired;
    }

    /** Lets the calls that are under way finish, and then closes the client. */
    void retire() {
        retired = true;
        closeIfDone();
    }

    /** Lets a call begin here, unless this client is retired. {@link #ended} must follow. */
    boolean admit(HttpClientCall call) {
        calls.add(call);
        if (!retired) {
            return true;
        }
        ended(call);
        return false;
    }

    CloseableHttpAsyncClient client() {
        return client;
    }

    /** Called when a call has ended. Idempotent. */
    void ended(HttpClientCall call) {
        calls.remove(call);
        closeIfDone();
    }

    /**
     * Called by a thread that ends, as its last action, or for a thread that could not be started. It throws if memory or
     * threads are still short. The ending thread then calls it again.
     *
     * @param fault the exception or {@code Error} that ended the thread; null if there was none
     */
    void threadEnded(Thread thread, @Nullable Throwable fault) {
        if (closed.get()) {
            return;
        }
        boolean first = !retired;
        retired = true;
        // The engine tells most calls, but not if it ran out of memory again.
        calls.forEach(call -> call.threadEnded(thread));
        closeIfDone();
        if (first) {
            log("an I/O thread of HttpClient ended; others take its place", fault);
        }
    }

    /** Logs a failure, unless closing is the reason: it closes selectors that threads still use (httpcore 5.4.4). */
    void failed(Exception cause) {
        boolean byClosing =
                cause instanceof ClosedSelectorException || cause instanceof ConcurrentModificationException;
        if (!(byClosing && closed.get())) {
            log("an I/O thread of HttpClient failed", cause);
        }
    }

    /** Logging is foreign code, and an exception would end the I/O thread with all its streams. */
    private static void log(String what, @Nullable Throwable fault) {
        try {
            LOG.log(Level.ERROR, what, fault);
        } catch (Throwable logThrew) {
            return;
        }
    }

    int freePlaces() {
        PoolStats stats = connections.getTotalStats();
        return Math.max(0, stats.getMax() - stats.getLeased() - stats.getPending());
    }

    void evict(TimeValue maxIdle) {
        connections.closeExpired();
        connections.closeIdle(maxIdle);
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Ends the threads and closes the sockets, but tells no call. Idempotent. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            client.close(CloseMode.IMMEDIATE);
        }
    }

    private void closeIfDone() {
        if (retired && calls.isEmpty() && !closed.get()) {
            try {
                elsewhere.execute(this::close);
            } catch (RejectedExecutionException closing) {
                // The transport is being closed, which closes this client too.
                return;
            }
        }
    }
}
