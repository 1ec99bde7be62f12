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
 * <p>Start at {@link top.neuralbox.NeuralBox}.
 */
@NullMarked
package top.neuralbox;

import org.jspecify.annotations.NullMarked;
