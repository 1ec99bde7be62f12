/**
 * The SPI that an HTTP engine implements to carry NeuralBox calls.
 *
 * <p>The rules of the contract. Each test of the contract suite names the rule it proves.
 *
 * <ol>
 *   <li><b>Start.</b> {@code start} does not block. It throws for an invalid argument only ({@link
 *       java.lang.IllegalArgumentException}, the offending header value not echoed); every other failure settles {@code
 *       response()} with a {@link top.neuralbox.transport.TransportException}, also after {@code close()}.
 *   <li><b>Head.</b> {@code response()} settles when the response head has arrived, whatever its status and before any
 *       byte of the body is needed. Interim (1xx) responses are passed over, up to 32 for a request; one more, or a 101, is
 *       kind {@code PROTOCOL}. So is a head that is malformed, that says in two ways where its content ends (RFC 9112,
 *       section 6.3), or that has more than 64 KiB (the status line and the field lines, as HTTP/1.1 writes them); the
 *       message names the bound. A connection of HTTP/1.1 serves the next call only when its response was read whole; else
 *       it is closed. Over HTTP/2 the stream is reset, and the connection ends with an error of the connection only.
 *   <li><b>Sent.</b> {@code mayHaveBeenSent()} is false only while it is certain that the service cannot have seen the
 *       request: nothing was written, or a GOAWAY of HTTP/2 named a last stream identifier below ours (RFC 9113, section
 *       6.8). Except on the latter it never goes from true to false. In doubt it is true, and so it is on REFUSED_STREAM:
 *       section 8.7 says that such a request was not processed, but a gateway says it of one that it has passed on
 *       (HAProxy does, when the service ends before the head). {@link
 *       top.neuralbox.transport.TransportRequest#onSent()} runs at most once, when the request is about to be written.
 *   <li><b>Cancel.</b> {@code cancel()} works in every phase (queued, connecting, before the head, in the body, in an
 *       error body, on a reused connection), from any thread, more than once, and never blocks. Within one second the
 *       connection is closed (HTTP/1.1) or the stream reset (HTTP/2), even if no byte ever arrives. A request cancelled
 *       while it is queued or connecting never reaches the wire. Before the head, {@code response()} fails with kind
 *       {@code CANCELLED}. After the end of the body it does nothing: a pooled connection stays. A cancel that meets the end
 *       of the response never touches the call that gets the connection next.
 *   <li><b>Body.</b> {@code body()} has one subscriber; a second one gets {@code onSubscribe} and then {@code onError}
 *       with an {@link java.lang.IllegalStateException}. Demand is counted in buffers. A buffer belongs to the receiver
 *       and is never empty. Cancelling the subscription cancels the call.
 *   <li><b>Back-pressure.</b> Without demand nothing but one engine window (at most 128 KiB) is read, whatever the
 *       server sends. However many calls are not read, they hold up no other, not even on the same connection of HTTP/2.
 *   <li><b>End.</b> A body ends with exactly one terminal signal, or with none after the subscription was cancelled. An
 *       early close (a missing last chunk, a short {@code Content-Length}, a reset) is {@code onError} with kind {@code
 *       LOST}, never {@code onComplete}, and content that is malformed is kind {@code PROTOCOL}. What arrived before is
 *       delivered first, as demand allows, also if one read brings both. A cancel through
 *       the call, or {@code close()} of the response, that comes before the end is {@code onError} with kind {@code
 *       CANCELLED}.
 *   <li><b>Once.</b> A request is written once. Transports do not retry, follow redirects, decompress, authenticate,
 *       keep cookies, or add an {@code Accept-Encoding} of their own: core does, or nobody.
 *   <li><b>Connecting.</b> If nothing was written within {@code connectTimeout} (waiting for a pooled connection, DNS,
 *       TCP, proxy and TLS handshake together), the call fails with kind {@code CONNECT_TIMEOUT}, or {@code POOL_TIMEOUT}
 *       if it was still waiting for a connection to become free. A transport owns no other timer.
 *   <li><b>Close.</b> {@code close()} ends each call in flight with kind {@code CLOSED} within one second, is
 *       idempotent, and frees all threads and sockets that the transport made. What a caller handed in is never closed.
 *   <li><b>Threads.</b> No lock is held while foreign code runs. Whatever foreign code throws cancels that call alone.
 *       Signals of one body are serial. No thread per call; threads are daemons, save what an engine forces.
 *   <li><b>Secrets.</b> No header value and no proxy password appears in a message, a log line or a thread name.
 *   <li><b>Sentences.</b> A failure has the kind and the sentence that {@link top.neuralbox.transport.ExchangeFailures}
 *       gives it, so that it reads the same on every transport. No sentence quotes what the peer sent.
 * </ol>
 */
@NullMarked
package top.neuralbox.transport;

import org.jspecify.annotations.NullMarked;
