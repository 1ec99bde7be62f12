package top.neuralbox.transport;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * An HTTP engine that carries calls. Implementations are thread-safe and keep the rules of the {@linkplain
 * top.neuralbox.transport package's contract}.
 *
 * <p>Applications get a transport from its own factory, or let the client find one. They call only {@link #close()}.
 *
 * @since 0.1.0
 */
public interface Transport extends AutoCloseable {

    /**
     * Starts one exchange and returns at once.
     *
     * @param request the request to send
     * @return the exchange, whose {@link TransportCall#response() response} completes later
     * @throws IllegalArgumentException if the request cannot be expressed in HTTP; the message does not repeat the value
     */
    TransportCall start(TransportRequest request);

    /**
     * Opens connections for later calls, and returns at once. It sends no request; see rule 14 of the package. By default it
     * does nothing.
     *
     * @param uri an absolute {@code http} or {@code https} URI of the host that calls will go to
     * @param connections how many idle connections are wanted; at least 1
     * @param connectTimeout how long each connection may take; positive
     * @return a future that completes when the connections are ready, or fails with a {@link TransportException}; cancelling it
     *     ends the attempts
     * @throws IllegalArgumentException if an argument is not as described
     */
    default CompletableFuture<Void> warmUp(URI uri, int connections, Duration connectTimeout) {
        return CompletableFuture.completedFuture(null);
    }

    /** The short name of this transport, for the system property and for metrics; for example {@code httpclient}. */
    String name();

    /**
     * Whether a thread is one of this engine's event loops. Blocking it would stop other calls.
     *
     * @param thread the thread that is about to block
     */
    boolean mustNotBlock(Thread thread);

    /**
     * Ends all calls in flight and frees all resources that this transport created, within about a second. Idempotent. Safe
     * from any thread that may block.
     */
    @Override
    void close();
}
