/**
 * The NeuralBox client: generate text and read it while it is generated.
 *
 * <p>To follow a request through the code, open the files in this order.
 *
 * <pre>
 *   caller ─ NeuralBox.stream(GenerationRequest) ─ RequestTemplate ◄ RequestEncoder
 *                │
 *          GenerationCall ─ one life cycle, one terminal method; DrainLoop lets one thread at a time advance it
 *                │           ├ Settlement: asks the CreditGuard before a byte is sent, reports the cost to it at the end
 *                │           └ ListenerFence: reports each step to each GenerationListener
 *            RetryLoop ─► Transport.start(TransportRequest) ─► TransportCall
 *                │ └ RetryDecision: whether another attempt follows    │
 *          ResponseGate: checks status and content type ◄ TransportResponse
 *                │
 *         ResponseEvents ─ BodyInbox ◄ ByteBuffer ◄ TransportResponse.body()
 *                │         reads each chunk in the call's turn, and delivers events up to the demand
 *           EventReader ─ EventStreamParser (bytes to data) ─ EventDecoder (data to GenerationEvent) ─ BillingFields (credits)
 *                │
 *   caller ◄ EventSink: PullSink (GenerationStream), EventPublisher (Flow), CollectingSink (Generation)
 * </pre>
 *
 * <p>An answer that does not stream takes another path after the gate: {@code submit} ─ AnswerGate ◄ AnswerDecoder ─►
 * GenerationAnswer. {@code await} (PendingPoll) and Account (AnswerCache) send a QueryCall, over the same RetryLoop, which asks
 * the CreditGuard (RequestPermits) before each request.
 *
 * <p>Of the other packages, {@code sse}, {@code transport}, {@code budget} and {@code relay} are exported. {@code json} (the
 * only one that uses Jackson), {@code bytes} (UTF-8, words of eight bytes) and {@code concurrent} (threads, timers, turns) are
 * not.
 *
 * <p>A relay serves readers without the key, such as browsers: Flow ─► StreamRelay ─ RelayPipe ─ RelayHead, RelayEncoder ─► ByteBuffer.
 *
 * <h2>Threads</h2>
 *
 * <table>
 *   <caption>The thread of each signal, and what a callback may do there</caption>
 *   <tr><th>signal</th><th>thread</th><th>a callback may</th></tr>
 *   <tr><td>{@code onSubscribe}, {@code GenerationListener.started}</td><td>the caller's</td><td>do what is allowed on that
 *       thread</td></tr>
 *   <tr><td>signals of listeners, for events that a {@code GenerationStream} reads</td><td>the reader's</td><td>be
 *       quick</td></tr>
 *   <tr><td>signals of {@code publish} and of listeners, if the network causes them</td><td>the engine's</td><td>be quick;
 *   blocking calls are refused</td></tr>
 *   <tr><td>the same signals, if demand, a timer, a cancel or {@code close} on another thread causes them</td><td>a callback
 *       thread</td><td>block; a listener must still be quick</td></tr>
 *   <tr><td>stages of futures, progress of a poll, {@code relay.head()}</td><td>a callback thread</td><td>block</td></tr>
 *   <tr><td>with an executor: signals of {@code publish}, of listeners for {@code publish} and futures, and stages of
 *       futures except {@code drainAsync} and {@code relay.head()}</td><td>the executor's</td><td>do what the executor
 *       allows</td></tr>
 * </table>
 *
 * <p>While a thread is inside a method of the client, it receives only the signals of the first two rows. Signals of one
 * generation are serial with any executor. A callback may throw anything. It may set the interrupt flag; the client clears
 * the flag afterwards. A callback delays no timer, and does not delay the end of another call. The client's
 * threads inherit nothing from the caller; use a {@link top.neuralbox.CallContext} to carry values to callbacks.
 *
 * <p>In this documentation, the <i>wire contract</i> is the documented HTTP API of the service. Part A describes streaming;
 * part B describes everything else, such as other answers, errors, money and rate limits.
 *
 * <p>Start at {@link top.neuralbox.NeuralBox}.
 */
@NullMarked
package top.neuralbox;

import org.jspecify.annotations.NullMarked;
