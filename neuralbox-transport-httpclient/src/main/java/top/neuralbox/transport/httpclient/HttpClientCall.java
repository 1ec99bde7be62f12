package top.neuralbox.transport.httpclient;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hc.client5.http.EndpointInfo;
import org.apache.hc.client5.http.async.AsyncExecRuntime;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.BodyPublisher;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;
import top.neuralbox.transport.httpclient.FailureMapping.Progress;

/**
 * The life of one exchange: waiting, sent, whole, ended.
 *
 * <p>Each transition is one compare-and-set on {@link #state}. So a call that failed before it was sent is never sent
 * afterwards, and {@link #mayHaveBeenSent()} then says whether the request may safely be sent again. If the response is whole,
 * this call can no longer close its connection. If the call ended before that, its connection serves no other call.
 */
final class HttpClientCall implements TransportCall {

    private sealed interface State permits Open, Ended {}

    private enum Open implements State {
        WAITING,
        SENT,
        /** The response is whole. The engine is about to return the connection to the pool. */
        WHOLE
    }

    /**
     * The end of the call.
     *
     * @param failure null if the call ended with its response
     * @param ownsConnection whether the call failed before its response was whole, so that no other call has its connection
     */
    private record Ended(boolean sent, @Nullable TransportException failure, boolean ownsConnection) implements State {}

    /** The longest timeout. Longer ones would overflow the timers. */
    private static final Duration FOREVER = Duration.ofDays(365);

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private final TransportRequest request;
    private final Duration connectTimeout;
    private final Engine engine;
    private final ExchangeFailures failures;
    private final Consumer<HttpClientCall> onEnd;
    /** Not null if this call only connects, and sends nothing. */
    private final @Nullable WarmUp warmUp;

    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(Open.WAITING);
    private final ConnectionAttempt attempt = new ConnectionAttempt();
    private final @Nullable RequestBody requestBody;

    private volatile @Nullable Future<?> connectTimer;
    private volatile @Nullable Future<?> exchange;
    private volatile @Nullable AsyncExecRuntime runtime;
    private final BodyWindow window = new BodyWindow(this::cancel, this::engineFailed);
    private volatile @Nullable BodyPublisher body;
    private volatile @Nullable Reactor reactor;
    /** The I/O thread that wrote the request. It reads the response too. */
    private volatile @Nullable Thread thread;
    /** Whether the engine is handing on the answer of a proxy that refuses a tunnel. Only its thread uses this field. */
    private boolean proxyAnswers;

    /** Whether a connection was made, through the tunnel of a proxy if there is one. */
    private volatile boolean connected;

    /** Interim responses so far. Only the I/O thread uses this field and the next two. */
    private int interims;

    /** The value of {@link #interims} after the previous header block. */
    private int interimsBefore;

    private boolean inChunks;

    HttpClientCall(TransportRequest request, Engine engine, Consumer<HttpClientCall> onEnd, @Nullable WarmUp warmUp) {
        this.request = request;
        this.connectTimeout = Collections.min(List.of(request.connectTimeout(), FOREVER));
        this.engine = engine;
        this.failures = ExchangeFailures.of(request, engine.config());
        this.onEnd = onEnd;
        this.warmUp = warmUp;
        this.requestBody = request.body().length == 0 ? null : new RequestBody(request.body());
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response.minimalCompletionStage();
    }

    @Override
    public boolean mayHaveBeenSent() {
        State now = state.get();
        return now instanceof Ended ended ? ended.sent() : now != Open.WAITING;
    }

    @Override
    public void cancel() {
        end(failures.cancelled());
    }

    /** Starts the timer, looks the host up and passes the call to the engine. Does not block. */
    void begin() {
        URI uri = request.uri();
        boolean secure = isSecure();
        if (!secure && !engine.speaks(Protocol.HTTP_1_1)) {
            end(failures.http2Missing(true));
            return;
        }
        try {
            startTimer(engine.schedule(this::connectTimedOut, connectTimeout.toNanos()));
            HttpHost target = new HttpHost(secure ? "https" : "http", bare(uri.getHost()), uri.getPort());
            engine.names().lookUp(engine.firstHop(target).getHostName(), unknown -> {
                if (unknown == null) {
                    execute(target);
                } else {
                    engineFailed(unknown);
                }
            });
        } catch (Throwable e) {
            // The executors of a transport that is being closed reject tasks. Or no thread can be made.
            engineFailed(e);
        }
    }

    ConnectionAttempt attempt() {
        return attempt;
    }

    /** Divides the connect timeout by the addresses of the host, so that a dead first address leaves time for the next. */
    Timeout addressTimeout() {
        HttpHost hop = engine.firstHop(new HttpHost("http", bare(request.uri().getHost())));
        long millis = connectTimeout.toMillis() / engine.names().addressesOf(hop.getHostName());
        return Timeout.ofMilliseconds(Math.max(1, millis));
    }

    boolean hasHeader(String name) {
        return request.headers().containsKey(name);
    }

    /**
     * Stores the object that can close the exchange's connection. It works where the engine's own cancellation does not
     * (5.6.5): on a reused connection, and for status 400 and above.
     */
    void enter(AsyncExecRuntime execRuntime) throws RequestNotExecutedException {
        runtime = execRuntime;
        if (state.get() instanceof Ended) {
            throw new RequestNotExecutedException();
        }
    }

    /**
     * Called before the engine hands a head on. Before the connection is made that is the proxy's, and an answer that does not
     * come this way is an interceptor's own.
     */
    void engineAnswers() {
        proxyAnswers = !connected;
    }

    /**
     * Called when the connection is made. Returns false if the request is to be written. Otherwise this call was a warm-up, and
     * is over.
     *
     * @param release puts the connection into the pool
     */
    boolean connected(AsyncExecRuntime held, Runnable release) {
        connected = true;
        WarmUp made = warmUp;
        if (made == null) {
            return false;
        }
        requireVersion();
        if (state.compareAndSet(Open.WAITING, Open.WHOLE)) {
            stopTimer();
            held.markConnectionReusable(null, TimeValue.NEG_ONE_MILLISECOND);
            made.connected(() -> {
                try {
                    release.run();
                } catch (Throwable foreign) {
                    // An interceptor threw it. The other connections of the warm-up must still become free.
                    held.discardEndpoint();
                    end(failures.other(foreign));
                }
            });
        } else {
            held.discardEndpoint();
        }
        return true;
    }

    /** Called immediately before the first byte is written. If it throws, the request is not written. */
    void beforeSending() throws RequestNotExecutedException {
        requireVersion();
        requireTls();
        if (!state.compareAndSet(Open.WAITING, Open.SENT)) {
            throw new RequestNotExecutedException();
        }
        thread = Thread.currentThread();
        stopTimer();
        TransportThreads.begin(this);
        try {
            request.onSent().run();
        } catch (Throwable foreign) {
            end(failures.other(foreign));
            throw new RequestNotExecutedException();
        }
    }

    /** Ends the call if the server chose a version of HTTP that may not be used. */
    private void requireVersion() {
        if (engine.speaks(Protocol.HTTP_1_1)) {
            return;
        }
        AsyncExecRuntime held = runtime;
        EndpointInfo endpoint = held == null ? null : held.getEndpointInfo();
        if (endpoint == null) {
            // The connection is closed, so the version that the server chose is not known.
            end(failures.lostBeforeRequest(null));
        } else if (!endpoint.getProtocol().greaterEquals(HttpVersion.HTTP_2)) {
            end(failures.http2Missing(false));
        }
    }

    /**
     * Ends the call if its connection is not the secure one that was made for it. If a pooled tunnel closes after it was leased,
     * the engine makes another connection by itself (5.6.5): to the proxy, without a tunnel and without TLS.
     */
    private void requireTls() {
        if (!isSecure()) {
            return;
        }
        AsyncExecRuntime held = runtime;
        EndpointInfo endpoint = held == null ? null : held.getEndpointInfo();
        if (endpoint == null || endpoint.getSslSession() == null) {
            end(failures.lostBeforeRequest(null));
        }
    }

    /**
     * Counts an interim response, which holds nothing for a caller. The engine does not report a 100 (5.6.5). I/O thread.
     */
    void interim() {
        interims++;
        if (interims > ExchangeFailures.MOST_INTERIM_RESPONSES) {
            end(failures.tooManyInterim());
        }
    }

    /**
     * Called over HTTP/2 after the engine has received a header block. I/O thread.
     *
     * @param last whether nothing follows the block in the response
     */
    void headerBlockPassed(boolean last) {
        if (body != null) {
            return;
        }
        if (interims == interimsBefore) {
            interim();
        }
        interimsBefore = interims;
        if (last) {
            end(failures.protocol("it ended the stream with an interim response"));
        }
    }

    void head(HttpResponse head, boolean hasBody) {
        if (isBehindProxy()
                && (state.get() == Open.WAITING ? proxyAnswers : head.getCode() == PROXY_AUTHENTICATION_REQUIRED)) {
            end(failures.proxyAnswered(head.getCode()));
            return;
        }
        if (isSent() && TransportThreads.readToEnd()) {
            // The engine would have parsed a whole head before the end of the connection. It completes a partial head
            // by itself (5.4.4).
            engineFailed(new ConnectionClosedException("closed inside the response head"));
            return;
        }
        if (isSent()) {
            TransportThreads.productive();
        }
        if (length(head) > Engine.MAX_HEAD) {
            end(failures.headTooLong());
            return;
        }
        if (hasConflictingLengths(head)) {
            end(failures.conflictingLengths());
            return;
        }
        inChunks = head.containsHeader("Transfer-Encoding");
        BodyPublisher publisher = new BodyPublisher(window);
        body = publisher;
        if (state.get() instanceof Ended ended && ended.failure() != null) {
            publisher.abort(ended.failure());
        }
        if (!hasBody) {
            // Before the caller gets the response, and could cancel a response that is over.
            responseWhole();
        }
        response.complete(TransportResponse.of(head.getCode(), headers(head), publisher, this::cancel));
    }

    void updateCapacity(CapacityChannel channel) {
        if (body != null) {
            window.channel(channel);
        }
    }

    void receive(ByteBuffer bytes) {
        if (isSent()) {
            TransportThreads.productive();
        }
        BodyPublisher publisher = body;
        if (publisher != null) {
            publisher.offerCopy(bytes);
        }
    }

    /** Called when the response is whole and the engine is about to return the connection to the pool. I/O thread. */
    void responseWhole() {
        if (inChunks && isSent() && TransportThreads.readToEnd()) {
            // As for a head: the engine completes a partial trailer section by itself (5.4.4).
            engineFailed(new ConnectionClosedException("closed inside the trailer section"));
            return;
        }
        if (isSent()) {
            TransportThreads.responseWhole();
        }
        AsyncExecRuntime held = runtime;
        boolean whole = state.compareAndSet(Open.SENT, Open.WHOLE) || isAnsweredWithoutTheServer();
        boolean early = requestBody != null && !requestBody.written();
        // A call that has just ended is about to close this connection, so it must not reach the pool. After an early
        // answer the engine would first write the rest of the request, which the peer may never read.
        if ((!whole || early) && held != null) {
            held.discardEndpoint();
        }
        if (early) {
            released();
        }
    }

    /**
     * Whether the request was sent, so that its response comes on the connection which the current I/O thread serves. An
     * interceptor that answers by itself may do so on the thread of another call.
     */
    private boolean isSent() {
        return thread != null;
    }

    /** Whether an interceptor of the application has answered by itself, for example from a cache. Nothing was sent then. */
    private boolean isAnsweredWithoutTheServer() {
        if (!state.compareAndSet(Open.WAITING, Open.WHOLE)) {
            return false;
        }
        stopTimer();
        return true;
    }

    /** Whether the whole response has arrived while the call was open. */
    boolean isWhole() {
        State now = state.get();
        return now == Open.WHOLE || (now instanceof Ended ended && !ended.ownsConnection());
    }

    /**
     * Ends a whole response once its connection is in the pool, so that the caller's next request finds it there.
     */
    void released() {
        if (state.get() == Open.WHOLE) {
            end(null);
        }
    }

    /**
     * Ends the call with a failure of the engine; null if it gives no reason. May be called in any order, and more than once.
     */
    void engineFailed(@Nullable Throwable cause) {
        State now = state.get();
        if (now instanceof Ended) {
            return;
        }
        if (now == Open.WHOLE) {
            // Nothing of this response is left to fail.
            end(null);
            return;
        }
        if (now == Open.SENT && body == null && FailureMapping.isTooLong(cause)) {
            end(failures.headTooLong());
            return;
        }
        FailureMapping mapping = new FailureMapping(
                failures,
                now == Open.WAITING ? Progress.UNSENT : body == null ? Progress.SENT : Progress.BODY,
                isBehindProxy() && !connected,
                TransportThreads.readToEnd());
        end(mapping.map(cause));
    }

    /** An interceptor threw in place of passing on that the exchange is complete. Its connection is closed. */
    void endNotPassedOn(Throwable foreign) {
        if (warmUp == null) {
            engineFailed(foreign);
        } else {
            end(failures.other(foreign));
        }
    }

    /** Sets the reactor that is told of the end. */
    void carriedBy(Reactor carrier) {
        reactor = carrier;
    }

    /** Ends this call because an I/O thread has ended, if its connection was on that thread or may have been. */
    void threadEnded(Thread ended) {
        if (state.get() == Open.WAITING || ended.equals(thread)) {
            engineFailed(new ConnectionClosedException("an I/O thread of HttpClient ended"));
        }
    }

    /** Ends the call because the transport is closed. */
    void close() {
        end(failures.closed());
    }

    /**
     * The server switches to TLS within the connection, which nobody asked for. Returns whether this call is beyond the set-up
     * of its connection, in which a tunnel is secured in the same way.
     */
    boolean refusesSwitch() {
        if (state.get() == Open.WAITING) {
            return false;
        }
        end(failures.switchedProtocols());
        return true;
    }

    /** As {@link #close}, but only a call that has not been sent. */
    void closeUnsent() {
        endUnsent(failures.closed());
    }

    private void execute(HttpHost target) {
        if (state.get() instanceof Ended) {
            return;
        }
        // The pool refuses a thread that is interrupted, and the interrupt is not meant for this call.
        boolean interrupted = Thread.interrupted();
        try {
            exchange = engine.execute(target, new BasicRequestProducer(message(target), requestBody), this);
        } catch (Throwable e) {
            // An Error too: it may be necessary to replace the engine's threads, which fails if no thread can be made.
            engineFailed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        WarmUp made = warmUp;
        if (made != null) {
            made.placed(this);
        }
        if (state.get() instanceof Ended ended) {
            if (ended.ownsConnection()) {
                stopEngine();
            }
            leaveReactor();
        }
    }

    private void leaveReactor() {
        Reactor carrier = reactor;
        if (carrier != null) {
            carrier.ended(this);
        }
    }

    private HttpRequest message(HttpHost target) {
        // The engine would write other characters as they are, and the proxy or the server would read another path.
        URI uri = inAscii(request.uri());
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        HttpRequest message = new BasicHttpRequest(
                request.method(), target, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
        request.headers().forEach((name, values) -> values.forEach(value -> message.addHeader(name, value)));
        return message;
    }

    private static URI inAscii(URI uri) {
        return uri.toString().chars().allMatch(c -> c < 0x80) ? uri : URI.create(uri.toASCIIString());
    }

    private void connectTimedOut() {
        AsyncExecRuntime held = runtime;
        boolean queued = held != null && !held.isEndpointAcquired();
        endUnsent(queued ? failures.poolTimedOut() : failures.connectTimedOut());
    }

    private boolean isSecure() {
        return "https".equalsIgnoreCase(request.uri().getScheme());
    }

    private boolean isBehindProxy() {
        return engine.config().proxy() != null;
    }

    private void endUnsent(TransportException failure) {
        Ended ended = new Ended(false, failure, true);
        if (state.compareAndSet(Open.WAITING, ended)) {
            settle(ended);
        }
    }

    /** Ends the call from any state except {@link Ended}. */
    private void end(@Nullable TransportException failure) {
        State before;
        Ended ended;
        do {
            before = state.get();
            if (before instanceof Ended) {
                abortUnreadBody(failure);
                return;
            }
            ended = new Ended(before != Open.WAITING, failure, before != Open.WHOLE);
        } while (!state.compareAndSet(before, ended));
        settle(ended);
    }

    /** Drops bytes that arrived but are not read yet. Their connection is already back in the pool. */
    private void abortUnreadBody(@Nullable TransportException failure) {
        BodyPublisher publisher = body;
        if (publisher != null && failure != null) {
            publisher.abort(failure);
        }
    }

    /** Runs once, after the state has become {@link Ended}. */
    private void settle(Ended ended) {
        TransportException failure = ended.failure();
        stopTimer();
        onEnd.accept(this);
        leaveReactor();
        window.stop();
        BodyPublisher publisher = body;
        WarmUp made = warmUp;
        if (made != null) {
            if (ended.ownsConnection()) {
                stopEngine();
            }
            made.ended(this, failure);
        } else if (failure == null) {
            Objects.requireNonNull(publisher, "body").complete();
        } else {
            if (ended.ownsConnection()) {
                stopEngine();
            }
            response.completeExceptionally(failure);
            if (publisher == null) {
                return;
            }
            if (failure.kind() == Kind.CANCELLED || failure.kind() == Kind.CLOSED) {
                publisher.abort(failure);
            } else {
                publisher.fail(failure);
            }
        }
        runtime = null;
        exchange = null;
    }

    private void stopEngine() {
        attempt.abandon();
        AsyncExecRuntime held = runtime;
        if (held != null) {
            held.discardEndpoint();
        }
        Future<?> running = exchange;
        if (running != null) {
            try {
                running.cancel(true);
            } catch (Throwable foreign) {
                // An interceptor threw it, when it was told of the cancel. The call must still end.
            }
        }
    }

    private void startTimer(Future<?> timer) {
        connectTimer = timer;
        if (state.get() != Open.WAITING) {
            stopTimer();
        }
    }

    private void stopTimer() {
        Future<?> timer = connectTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /**
     * Whether a head gives two lengths. The engine would use one (5.4.4), and take the bytes after it for the next response.
     */
    private static boolean hasConflictingLengths(HttpResponse head) {
        int lengths = head.countHeaders("Content-Length");
        return lengths > 1 || (lengths == 1 && head.containsHeader("Transfer-Encoding"));
    }

    /** The length of a head in HTTP/1.1, where each character of a name or value is one byte. */
    private static long length(HttpResponse head) {
        long length = "HTTP/1.1 200 \r\n\r\n".length();
        if (head.getReasonPhrase() != null) {
            length += head.getReasonPhrase().length();
        }
        for (Header field : head.getHeaders()) {
            length += field.getName().length() + ": \r\n".length();
            length += field.getValue() == null ? 0 : field.getValue().length();
        }
        return length;
    }

    private static Map<String, List<String>> headers(HttpResponse head) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Header field : head.getHeaders()) {
            String value = field.getValue() == null ? "" : field.getValue();
            headers.computeIfAbsent(field.getName(), name -> new ArrayList<>(1)).add(value);
        }
        return headers;
    }

    /** Removes the brackets that an IPv6 address has in a URI. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
