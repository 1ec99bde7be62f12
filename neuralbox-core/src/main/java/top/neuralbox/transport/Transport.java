package top.neuralbox.transport;

/**
 * An HTTP engine that carries calls. Implementations are thread-safe and keep the rules of the {@linkplain
 * top.neuralbox.transport package's contract}.
 *
 * <p>Applications obtain one from its own factory, or let the client find one; they call no method but {@link #close()}.
 *
 * @since 0.1.0
 */
public interface Transport extends AutoCloseable {

    /**
     * Starts one exchange and returns at once.
     *
     * @param request what to send
     * @return the exchange, whose {@link TransportCall#response() response} settles later
     * @throws IllegalArgumentException if the request cannot be expressed in HTTP; the value at fault is not echoed
     */
    TransportCall start(TransportRequest request);

    /** The short name by which this transport is chosen and measured, for example {@code httpclient}. */
    String name();

    /**
     * Whether a thread is one of this engine's event loops, on which blocking would stop other calls.
     *
     * @param thread the thread that is about to block
     */
    boolean mustNotBlock(Thread thread);

    /**
     * Ends all calls in flight and frees what this transport made, within about a second. Idempotent; safe from any
     * thread that may block.
     */
    @Override
    void close();
}
