/**
 * The NeuralBox client: generate text and read it while it is generated.
 *
 * <p>The way of the data; a reader follows a request by opening the files in this order.
 *
 * <pre>
 *   caller ─ NeuralBox.stream(GenerationRequest) ─ RequestEncoder ─► RetryLoop ─► Transport.start(TransportRequest) ─► TransportCall
 *   caller ◄ GenerationStream / Flow ◄ EventReader (EventDecoder ◄ EventStreamParser) ◄ ByteBuffer ◄ TransportResponse.body()
 *                                                                                ResponseGate: status and content type first
 *               GenerationCall holds it together: one life cycle, one terminal method, GenerationListener told of each step
 * </pre>
 *
 * <p>On to a reader without the key, a browser above all: Flow ─► StreamRelay ─ RelayPipe ─ RelayEncoder ─► ByteBuffer.
 *
 * <p>Start at {@link top.neuralbox.NeuralBox}.
 */
@NullMarked
package top.neuralbox;

import org.jspecify.annotations.NullMarked;
