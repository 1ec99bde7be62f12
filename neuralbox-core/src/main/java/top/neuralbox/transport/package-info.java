/**
 * The SPI that an HTTP engine implements to carry NeuralBox calls.
 *
 * <p>The rules of the contract follow. Each test of the contract suite names the rule that it proves.
 *
 * <ol>
 *   <li><b>Start.</b> {@code start} does not block. It throws only for an invalid argument ({@link
 *       java.lang.IllegalArgumentException}, without the header value in its message). Every other failure completes {@code
 *       response()} with a {@link top.neuralbox.transport.TransportException}, even after {@code close()}.
 *   <li><b>Head.</b> {@code response()} completes when the response head has arrived, with any status, and before any
 *       byte of the body is needed. Interim (1xx) responses are skipped, up to 32 for a request; one more, or a 101, is
 *       kind {@code PROTOCOL}. So is a head that is malformed, that gives the length of its content in two ways (RFC 9112,
 *       section 6.3), or that has more than 64 KiB (the status line and the field lines, as HTTP/1.1 writes them); the
 *       message names the limit. An HTTP/1.1 connection is reused only if its response was read completely; otherwise it is
 *       closed. Over HTTP/2 the stream is reset; only an error of the connection ends the connection.
 *   <li><b>Sent.</b> {@code mayHaveBeenSent()} is false only while it is certain that the service cannot have seen the
 *       request: nothing was written, or an HTTP/2 GOAWAY frame named a last stream identifier below ours (RFC 9113,
 *       section 6.8). Only that GOAWAY may change it from true to false. In doubt it is true. It is also true after
 *       REFUSED_STREAM: section 8.7 says that such a request was not processed, but a gateway may send the code for a
 *       request that it has forwarded (HAProxy does, when the service ends before the head). {@link
 *       top.neuralbox.transport.TransportRequest#onSent()} runs at most once, when the request is about to be written.
 *   <li><b>Cancel.</b> {@code cancel()} works in every phase (queued, connecting, before the head, in the body, in an
 *       error body, on a reused connection), from any thread, more than once, and never blocks. Within one second the
 *       connection is closed (HTTP/1.1) or the stream reset (HTTP/2), even if no byte ever arrives. A request that is
 *       cancelled while it is queued or connecting is never written. Before the head, {@code response()} fails with kind
 *       {@code CANCELLED}. After the end of the body a cancel does nothing: a pooled connection stays open. A cancel at the
 *       same time as the end of the response never affects the next call on the connection.
 *   <li><b>Body.</b> {@code body()} has one subscriber; a second one gets {@code onSubscribe} and then {@code onError}
 *       with an {@link java.lang.IllegalStateException}. Demand is counted in buffers. A buffer belongs to the receiver
 *       and is never empty. Cancelling the subscription cancels the call.
 *   <li><b>Back-pressure.</b> Without demand at most one engine window (up to 128 KiB) is read, however much the server
 *       sends. Any number of calls that are not read delay no other call, not even on the same HTTP/2 connection.
 *   <li><b>End.</b> A body ends with exactly one terminal signal, or with none after the subscription was cancelled. An
 *       early close (a missing last chunk, a short {@code Content-Length}, a reset) is {@code onError} with kind {@code
 *       LOST}, never {@code onComplete}. Malformed content is kind {@code PROTOCOL}. Bytes that arrived before are delivered
 *       first, as demand allows, even if one read brings both. A cancel through the call, or {@code close()} of the
 *       response, before the end is {@code onError} with kind {@code CANCELLED}.
 *   <li><b>Once.</b> A request is written once. Transports do not retry, follow redirects, decompress, authenticate
 *       to the service, keep cookies, or add an {@code Accept-Encoding} of their own. Retries and authorization are for core
 *       alone; nothing does the rest.
 *   <li><b>Connecting.</b> If nothing was written within {@code connectTimeout} (the wait for a pooled connection, DNS,
 *       TCP, proxy and TLS handshake together), the call fails with kind {@code CONNECT_TIMEOUT}, or {@code POOL_TIMEOUT}
 *       if it was still waiting for a connection to become free. A transport has no other timer. The trust manager and the
 *       key manager are asked for each new connection, because an application may replace what they hold; a TLS session
 *       that is less than a second old may be resumed without asking them.
 *   <li><b>Close.</b> {@code close()} ends each call in flight with kind {@code CLOSED} within one second, is
 *       idempotent, and frees all threads and sockets that the transport created. It never closes an object that the caller
 *       passed in.
 *   <li><b>Threads.</b> No lock is held while foreign code runs. If foreign code throws, only its call is cancelled.
 *       Signals of one body are serial. There is no thread per call. Threads are daemons, unless the engine forces others.
 *   <li><b>Secrets.</b> No header value and no proxy password appears in a message, a log line or a thread name.
 *   <li><b>Sentences.</b> A failure has the kind and the sentence that {@link top.neuralbox.transport.ExchangeFailures}
 *       gives it, so that it reads the same on every transport. No sentence quotes data of the peer.
 *   <li><b>Warm-up.</b> {@code warmUp} may do nothing. A transport that implements it makes connections as calls would (name,
 *       proxy, TLS, rule 9), and leaves them idle in the pool, where the next calls find them. It writes no request; only a
 *       proxy gets the CONNECT that opens a tunnel, and the service does not see it. Idle connections count, so a repeated
 *       warm-up opens no more. A warm-up stays below {@code maxConnections}, and waits for no connection that is in use. If
 *       HTTP/2 connections are shared, one is enough. A connection on which bytes come before the first request, or that the
 *       server closes, serves no call. A failure completes the future as it would complete {@code response()}. It affects no
 *       call, and the connections that were made stay. Cancelling the future ends the attempts as rule 4 says, and {@code
 *       close()} fails the future with kind {@code CLOSED}.
 * </ol>
 */
@NullMarked
package top.neuralbox.transport;

import org.jspecify.annotations.NullMarked;
