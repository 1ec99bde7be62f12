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
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
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
 * <p>Each transition is one compare-and-set on {@link #state}. So a call which failed before it was sent is never sent
 * afterwards: after the failure, {@link #mayHaveBeenSent()} tells whether the request may safely be sent again. And either
 * the response is whole, and its connection is no longer this call's to close; or the call ended before, and then its
 * connection serves no other call.
 */
final class HttpClientCall implements TransportCall {

    private sealed interface State permits Open, Ended {}

    private enum Open implements State {
        WAITING,
        SENT,
        /** The response has arrived whole; the engine is about to give the connection to another call. */
        WHOLE
    }

    /**
     * The end of the call.
     *
     * @param failure null if the call ended with its response
     * @param ownsConnection whether the call failed before its response was whole, so that no other has its connection
     */
    private record Ended(boolean sent, @Nullable TransportException failure, boolean ownsConnection) implements State {}

    /** Longer ones would overflow the timers. */
    private static final Duration FOREVER = Duration.ofDays(365);

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private final TransportRequest request;
    private final Duration connectTimeout;
    private final Engine engine;
    private final ExchangeFailures failures;
    private final Consumer<HttpClientCall> onEnd;
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(Open.WAITING);
    private final ConnectionAttempt attempt = new ConnectionAttempt();
    private final @Nullable RequestBody requestBody;

    private volatile @Nullable Future<?> connectTimer;
    private volatile @Nullable Future<?> exchange;
    private volatile @Nullable AsyncExecRuntime runtime;
    private volatile @Nullable BodyPublisher body;
    private volatile @Nullable Reactor reactor;
    /** The I/O thread that wrote the request, which reads the response too. */
    private volatile @Nullable Thread thread;
    /** These are touched by the I/O thread only. */
    private int interims;

    /** As it was behind the header block before. */
    private int interimsBefore;

    private boolean inChunks;

    HttpClientCall(TransportRequest request, Engine engine, Consumer<HttpClientCall> onEnd) {
        this.request = request;
        this.connectTimeout = Collections.min(List.of(request.connectTimeout(), FOREVER));
        this.engine = engine;
        this.failures = ExchangeFailures.of(request, engine.config());
        this.onEnd = onEnd;
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
        end(failures.cancelled(), false);
    }

    /** Starts the clock, looks the host up and enters the engine. Does not block. */
    void begin() {
        URI uri = request.uri();
        boolean secure = isSecure();
        if (!secure && !engine.speaks(Protocol.HTTP_1_1)) {
            end(failures.http2Missing(true), false);
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
            // The executors of a transport that is being closed refuse tasks, and a thread may not be had.
            engineFailed(e);
        }
    }

    ConnectionAttempt attempt() {
        return attempt;
    }

    /** Shares the connect timeout among the addresses of the host, so that a dead first one leaves time for the next. */
    Timeout addressTimeout() {
        HttpHost hop = engine.firstHop(new HttpHost("http", bare(request.uri().getHost())));
        long millis = connectTimeout.toMillis() / engine.names().addressesOf(hop.getHostName());
        return Timeout.ofMilliseconds(Math.max(1, millis));
    }

    boolean hasHeader(String name) {
        return request.headers().containsKey(name);
    }

    /**
     * Takes hold of the means to close the exchange's connection, which work where the engine's own cancellation does not
     * (5.6.5): on a reused connection, and for status 400 and above.
     */
    void enter(AsyncExecRuntime execRuntime) throws RequestNotExecutedException {
        runtime = execRuntime;
        if (state.get() instanceof Ended) {
            throw new RequestNotExecutedException();
        }
    }

    /** Called immediately before the first byte is written; what it throws keeps the request off the wire. */
    void beforeSending() throws RequestNotExecutedException {
        if (!engine.speaks(Protocol.HTTP_1_1) && !speaksHttp2()) {
            end(failures.http2Missing(false), false);
        }
        if (!state.compareAndSet(Open.WAITING, Open.SENT)) {
            throw new RequestNotExecutedException();
        }
        thread = Thread.currentThread();
        stopTimer();
        TransportThreads.begin(this);
        try {
            request.onSent().run();
        } catch (Throwable foreign) {
            end(failures.other(foreign), false);
            throw new RequestNotExecutedException();
        }
    }

    /**
     * An interim response, which says nothing that a caller could use. The engine does not tell of a 100 (5.6.5). I/O thread.
     */
    void interim() {
        interims++;
        if (interims > ExchangeFailures.MOST_INTERIM_RESPONSES) {
            end(failures.tooManyInterim(), false);
        }
    }

    /**
     * Over HTTP/2 the engine has got a header block. I/O thread.
     *
     * @param last whether nothing follows it in the response
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
            end(failures.protocol("it ended the stream with an interim response"), false);
        }
    }

    void head(HttpResponse head, boolean hasBody) {
        if (isBehindProxy() && (state.get() == Open.WAITING || head.getCode() == PROXY_AUTHENTICATION_REQUIRED)) {
            end(failures.proxyAnswered(head.getCode()), false);
            return;
        }
        if (TransportThreads.readToEnd()) {
            // A whole head would have been parsed before: the engine completes half a head by itself (5.4.4).
            engineFailed(new ConnectionClosedException("closed inside the response head"));
            return;
        }
        TransportThreads.productive();
        if (length(head) > Engine.MAX_HEAD) {
            end(failures.headTooLong(), false);
            return;
        }
        if (hasConflictingLengths(head)) {
            end(failures.conflictingLengths(), false);
            return;
        }
        inChunks = head.containsHeader("Transfer-Encoding");
        BodyPublisher publisher = new BodyPublisher(this::cancel, this::engineFailed);
        body = publisher;
        if (state.get() instanceof Ended ended && ended.failure() != null) {
            publisher.abort(ended.failure());
        }
        if (!hasBody) {
            // Before anybody hears of the response, and cancels what is over.
            responseWhole();
        }
        response.complete(TransportResponse.of(head.getCode(), headers(head), publisher, this::cancel));
    }

    void updateCapacity(CapacityChannel channel) {
        BodyPublisher publisher = body;
        if (publisher != null) {
            publisher.updateCapacity(channel);
        }
    }

    void receive(ByteBuffer bytes) {
        TransportThreads.productive();
        BodyPublisher publisher = body;
        if (publisher != null) {
            publisher.receive(bytes);
        }
    }

    /** The response has arrived whole, and the engine is about to put the connection back into the pool. I/O thread. */
    void responseWhole() {
        if (inChunks && TransportThreads.readToEnd()) {
            // A whole trailer section would have been parsed before: the engine completes half of one by itself
            // (5.4.4).
            engineFailed(new ConnectionClosedException("closed inside the trailer section"));
            return;
        }
        TransportThreads.responseWhole();
        AsyncExecRuntime held = runtime;
        boolean whole = state.compareAndSet(Open.SENT, Open.WHOLE);
        boolean early = requestBody != null && !requestBody.written();
        // A call that has just ended is about to close this connection, so it must not reach the pool. On an early
        // answer
        // the engine would first write the rest of the request, which nobody may read any more.
        if ((!whole || early) && held != null) {
            held.discardEndpoint();
        }
        if (early) {
            released();
        }
    }

    /** Whether the whole response has arrived while the call was open. */
    boolean isWhole() {
        State now = state.get();
        return now == Open.WHOLE || (now instanceof Ended ended && !ended.ownsConnection());
    }

    /**
     * Ends a whole response once its connection is in the pool, so that a caller who goes on to the next request finds it
     * there.
     */
    void released() {
        if (state.get() == Open.WHOLE) {
            end(null, false);
        }
    }

    /** Whatever the engine reports, in whatever order and however often; null if it gives no reason. */
    void engineFailed(@Nullable Throwable cause) {
        State now = state.get();
        if (now instanceof Ended) {
            return;
        }
        if (now == Open.WHOLE) {
            // Nothing of this response is left to fail.
            end(null, false);
            return;
        }
        if (now == Open.SENT && body == null && FailureMapping.isTooLong(cause)) {
            end(failures.headTooLong(), false);
            return;
        }
        FailureMapping mapping = new FailureMapping(
                failures,
                now == Open.WAITING ? Progress.UNSENT : body == null ? Progress.SENT : Progress.BODY,
                isBehindProxy(),
                TransportThreads.readToEnd());
        end(mapping.map(cause), FailureMapping.certainlyNotExecuted(cause));
    }

    /** Notes who is to hear of the end. */
    void carriedBy(Reactor carrier) {
        reactor = carrier;
    }

    /** An I/O thread has ended: so has this call, if its connection was there, or may have been. */
    void threadEnded(Thread ended) {
        if (state.get() == Open.WAITING || ended.equals(thread)) {
            engineFailed(new ConnectionClosedException("an I/O thread of HttpClient ended"));
        }
    }

    /** The transport is closed. */
    void close() {
        end(failures.closed(), false);
    }

    /** As {@link #close}, but only a call that has not been sent. */
    void closeUnsent() {
        endUnsent(failures.closed());
    }

    private void execute(HttpHost target) {
        if (state.get() instanceof Ended) {
            return;
        }
        try {
            exchange = engine.execute(target, new BasicRequestProducer(message(target), requestBody), this);
        } catch (Throwable e) {
            // An Error too: the threads of the engine may have to be made anew.
            engineFailed(e);
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
        URI uri = request.uri();
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        HttpRequest message = new BasicHttpRequest(
                request.method(), target, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
        request.headers().forEach((name, values) -> values.forEach(value -> message.addHeader(name, value)));
        return message;
    }

    private boolean speaksHttp2() {
        AsyncExecRuntime held = runtime;
        EndpointInfo endpoint = held == null ? null : held.getEndpointInfo();
        return endpoint != null && endpoint.getProtocol().greaterEquals(HttpVersion.HTTP_2);
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

    /** From any state but {@link Ended}. */
    private void end(@Nullable TransportException failure, boolean certainlyNotExecuted) {
        State before;
        Ended ended;
        do {
            before = state.get();
            if (before instanceof Ended) {
                abortUnreadBody(failure);
                return;
            }
            ended = new Ended(before != Open.WAITING && !certainlyNotExecuted, failure, before != Open.WHOLE);
        } while (!state.compareAndSet(before, ended));
        settle(ended);
    }

    /** Bytes that arrived but were not read yet can still be given up; their connection is back in the pool already. */
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
        BodyPublisher publisher = body;
        if (failure == null) {
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
                // Of an interceptor, which is told. The call still has to hear of its end.
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

    /** The engine would believe one of them (5.4.4), and take what lies beyond it for the next response. */
    private static boolean hasConflictingLengths(HttpResponse head) {
        int lengths = head.countHeaders("Content-Length");
        return lengths > 1 || (lengths == 1 && head.containsHeader("Transfer-Encoding"));
    }

    /** How long a head is in HTTP/1.1, in which neither name nor value has a character of more than a byte. */
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

    /** An IPv6 address without the brackets that it wears in a URI. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
