package top.neuralbox.transport;

import java.util.concurrent.CompletionStage;

/**
 * One exchange in flight: a request that is sent once, and its response. Thread-safe.
 *
 * @since 0.1.0
 */
public interface TransportCall {

    /**
     * The response, completed when its head has arrived, or failed with a {@link TransportException}. A thread of the engine
     * may complete the stage, so dependent stages must not block.
     */
    CompletionStage<TransportResponse> response();

    /**
     * Whether the service may have seen the request. False only while that is certainly impossible; see rule 3 of the package.
     */
    boolean mayHaveBeenSent();

    /** Cancels the exchange: the connection is closed or the stream reset within a second. Idempotent, never blocks. */
    void cancel();
}
