/**
 * The NeuralBox client: generate text and read it while it is generated.
 *
 * <p>The way of the data; a reader follows a request by opening the files in this order.
 *
 * <pre>
 *   caller ─ NeuralBox.stream(GenerationRequest) ─ Outgoing ◄ RequestEncoder
 *                │
 *          GenerationCall ─ one life cycle, one terminal method; Turns let one thread at a time advance it
 *                │           ├ Settlement: asks the CreditGuard before a byte is sent, tells it the cost at the end
 *                │           └ ListenerFence: tells each GenerationListener of each step
 *            RetryLoop ─► Transport.start(TransportRequest) ─► TransportCall
 *                                                                   │
 *          ResponseGate: status and content type first ◄ TransportResponse
 *                │
 *            BodyInbox ◄ ByteBuffer ◄ TransportResponse.body()
 *                │
 *           EventReader ─ EventStreamParser (bytes to data) ─ EventDecoder (data to GenerationEvent)
 *                │
 *          EventDelivery: as far as events are wanted
 *                │
 *   caller ◄ EventSink: PullSink behind GenerationStream, EventPublisher (Flow), CollectingSink (Generation)
 * </pre>
 *
 * <p>An answer that does not stream leaves that way at the gate: {@code submit} ─ AnswerGate ◄ AnswerDecoder ─►
 * GenerationAnswer. {@code await} (PendingPoll) and Account (AnswerCache) ask by QueryCall, over the same RetryLoop.
 *
 * <p>On to a reader without the key, a browser above all: Flow ─► StreamRelay ─ RelayPipe ─ RelayEncoder ─► ByteBuffer.
 *
 * <h2>Threads</h2>
 *
 * <table>
 *   <caption>Which signal comes where, and what may be done there</caption>
 *   <tr><th>signal</th><th>thread</th><th>may</th></tr>
 *   <tr><td>{@code onSubscribe}, {@code GenerationListener.started}</td><td>the one that asks</td><td>what it may</td></tr>
 *   <tr><td>signals of {@code publish} and of listeners that the wire brings</td><td>the engine's</td><td>be quick; blocking
 *   calls are refused</td></tr>
 *   <tr><td>those that demand, a timer, a cancel or {@code close} on another thread raises</td><td>a callback
 *   thread</td><td>block</td></tr>
 *   <tr><td>stages of futures, progress of a poll, {@code relay.head()}</td><td>a callback thread</td><td>block</td></tr>
 *   <tr><td>signals of {@code publish}, and stages, of a client with an executor</td><td>the executor's</td><td>what it
 *   allows</td></tr>
 * </table>
 *
 * <p>Nothing is told on a thread that is inside a call of ours, but {@code onSubscribe}. Signals of one generation are serial,
 * whatever an executor does. A callback may throw anything and set the interrupt flag, which is cleared after it; no timer and no
 * other call's end waits for it. Threads of ours inherit nothing; a {@link top.neuralbox.CallContext} carries what should travel.
 *
 * <p>Start at {@link top.neuralbox.NeuralBox}.
 */
@NullMarked
package top.neuralbox;

import org.jspecify.annotations.NullMarked;
