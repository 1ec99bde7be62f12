package top.neuralbox.transport.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.proxy.ProxyConnectException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * One exchange, from the queue to its end. Access to the engine runs on the call's own event loop, or on that of its
 * connection. Methods for other threads, such as {@link #cancel()}, post tasks to it.
 */
final class VertxCall implements TransportCall {

    /** HTTP/2's CANCEL (RFC 9113, section 7); on HTTP/1.1 the engine closes the connection, with any code. */
    private static final long CANCEL = 0x8;

    /** HTTP/2's NO_ERROR: a GOAWAY with it closes nothing. */
    private static final long NO_ERROR = 0x0;

    /** How long the engine still connects after the call has timed out, so that the call's own timer comes first. */
    private static final int AFTER_THE_CALLS_TIMER_MILLIS = 1_000;

    /** The longest time between the grant of a place on a connection and the start of its stream. */
    private static final int LINGER_MILLIS = 200;

    /** The call fails after this many lost connections, so that a server that accepts no request is not asked for long. */
    private static final int MOST_PLACES = 3;

    private static final Duration LONGEST_STREAM = Duration.ofDays(1);

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private static final Set<String> METHODS_WITH_CONTENT = Set.of("POST", "PUT", "PATCH");

    private static final long NO_TIMER = -1;

    /** The progress of the call, and whether the service may have seen the request. */
    private enum State {
        /** Nothing was written yet. */
        WAITING,
        /** Something may have been written. */
        SENT,
        /** Over, and the service has certainly seen nothing. */
        ENDED_UNSENT,
        /** Over, and the service may have seen the request. */
        ENDED
    }

    private final VertxTransport transport;
    private final EventLoops.Place place;
    private final TransportRequest request;
    private final RequestOptions options;
    private final ExchangeFailures failures;
    private final long deadline;
    /** Not null if this call only connects, and sends nothing. */
    private final @Nullable WarmUp warmUp;

    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    /** Completes when the request is written. */
    private volatile Future<Void> written = Future.succeededFuture();

    /** Set when the head has arrived. */
    private volatile @Nullable ResponseFlow flow;

    // Confined to the event loop.
    private long timer = NO_TIMER;
    private boolean moved;
    /** The engine was asked for a connection and has not answered yet. */
    private boolean asking;

    /** The address for the engine to connect to; null if the engine chooses it. */
    private @Nullable InetAddress address;

    /** The number of addresses that failed. */
    private int tried;

    /** The number of connections, or places on them, that were lost before the request was written. */
    private int placesGone;

    /** The granted request whose connection has failed since. */
    private @Nullable HttpClientRequest failed;

    private @Nullable Channel connecting;

    /** The connection of a warm-up that is not in the pool yet. */
    private @Nullable HttpClientRequest warm;

    /** The request that the engine granted. Over HTTP/2 nothing is sent on it before the call is {@link State#SENT}. */
    private @Nullable HttpClientRequest exchange;

    VertxCall(
            VertxTransport transport,
            EventLoops.Place place,
            TransportRequest request,
            RequestOptions options,
            @Nullable WarmUp warmUp) {
        this.transport = transport;
        this.place = place;
        this.request = request;
        this.options = options;
        this.warmUp = warmUp;
        this.failures = ExchangeFailures.of(request, transport.config());
        this.deadline = System.nanoTime() + nanosOf(request.connectTimeout());
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response;
    }

    @Override
    public boolean mayHaveBeenSent() {
        State now = state.get();
        return now == State.SENT || now == State.ENDED;
    }

    @Override
    public void cancel() {
        giveUp(failures.cancelled());
    }

    /** The transport is closed. From any thread. */
    void close() {
        giveUp(failures.closed());
    }

    /** As {@link #close}, but only a call that has not been sent. */
    void closeUnsent() {
        giveUpUnsent(failures.closed());
    }

    EventLoops.Place place() {
        return place;
    }

    /** Starts the call, unless the transport is closed or may not speak to this server. From any thread. */
    void begin() {
        transport.begin(this);
    }

    /** Starts the call. From any thread. */
    void start() {
        onEventLoop(() -> {
            if (hasEnded()) {
                return;
            }
            startTimer();
            transport.queue().enter(this);
            if (hasEnded()) {
                transport.queue().leave(this);
            }
        });
    }

    boolean isInClearText() {
        return !options.isSsl();
    }

    /** Ends the call, which was not started, because HTTP/1.1 is switched off. From any thread. */
    void refuseClearText() {
        fail(failures.http2Missing(true), FailureMapping.Phase.CONNECTING);
    }

    /** The queue admits this call to the engine. From any thread. */
    void admitted() {
        onEventLoop(this::lookUp);
    }

    /** The engine opens this connection because this call asked for one. On the event loop of the connection. */
    void connecting(Channel fresh) {
        if (!place.loop().inEventLoop() || !asking) {
            // The connection goes to the pool, because the call has another one by now.
            return;
        }
        connecting = fresh;
        if (hasEnded()) {
            closeUnfinished();
        }
        WarmUp made = warmUp;
        if (made != null) {
            made.placed(this);
        }
        // A dead address must leave time for the next one. For the last one, the call's own timer comes first.
        int untried = addresses() - tried;
        long limit = untried > 1 ? millisLeft() / untried : millisLeft() + AFTER_THE_CALLS_TIMER_MILLIS;
        fresh.config().setConnectTimeoutMillis((int) Math.max(1, Math.min(Integer.MAX_VALUE, limit)));
    }

    /** Ends the call, unless its request may have been written. */
    private void giveUpUnsent(TransportException reason) {
        if (state.compareAndSet(State.WAITING, State.ENDED_UNSENT)) {
            leave();
            giveUp(reason, true);
        }
    }

    /** Ends the call and its body at once, with this reason. From any thread. */
    private void giveUp(TransportException reason) {
        giveUp(reason, end());
    }

    /** @param ends whether the caller has ended the call just now */
    private void giveUp(TransportException reason, boolean ends) {
        try {
            if (ends) {
                response.completeExceptionally(reason);
                onEventLoop(this::release);
            }
            ResponseFlow started = flow;
            if (started != null) {
                // Even if the exchange is over, because the subscriber may not have taken the rest yet.
                started.body().abort(reason);
            }
        } catch (OutOfMemoryError full) {
            leaveToTheLoop(full);
            return;
        }
        if (ends) {
            transport.forget(this);
        }
    }

    /** The subscriber wants no more content and no signal. From any thread. */
    void abandoned() {
        if (end()) {
            onEventLoop(this::release);
            transport.forget(this);
        }
    }

    /**
     * Memory has run out on this event loop. If it is the call's or its connection's, content may be lost, so the call ends.
     */
    void memoryRanOut(EventLoop there) {
        HttpClientRequest open = exchange;
        if (place.loop() == there) {
            endForWantOfMemory();
        } else if (open != null && transport.places().isOn(there, open.connection())) {
            onEventLoop(this::endForWantOfMemory);
        }
    }

    /** Ends even a call that had begun to end, because its signals may not have been sent. On the event loop. */
    private void endForWantOfMemory() {
        FailureMapping.Phase phase = !mayHaveBeenSent()
                ? FailureMapping.Phase.CONNECTING
                : flow == null ? FailureMapping.Phase.SENT : FailureMapping.Phase.BODY;
        TransportException failure = new FailureMapping(failures, transport.sendsThroughProxy())
                .of(new IOException("memory ran out on an event loop"), phase);
        boolean unused = end();
        response.completeExceptionally(failure);
        ResponseFlow broken = flow;
        if (broken != null) {
            broken.body().fail(failure);
        }
        release();
        transport.forget(this);
    }

    /** Memory ran out before the work was finished. The event loop finishes it as soon as there is memory. */
    private void leaveToTheLoop(OutOfMemoryError full) {
        if (!(place.loop() instanceof LastingLoops.Lasting own)) {
            throw full;
        }
        boolean unused = own.shortageIn(full);
    }

    /** The engine has delivered the last byte. On the event loop. */
    void received() {
        HttpClientRequest whole = exchange;
        if (whole != null && whole.version() != HttpVersion.HTTP_2) {
            if (!written.isComplete()) {
                // An early answer. The engine would write the rest of this request before the next one, to a server
                // that may never read it (5.2.3).
                whole.connection().close();
            }
            givenBack(whole.connection());
        } else if (whole != null && !written.isComplete()) {
            // The server may never read the rest of the request, and nothing else would end the stream.
            onLoopOfConnection(() -> transport.endStream(whole));
        }
        ResponseFlow finished = flow;
        if (end()) {
            if (finished != null) {
                finished.body().complete();
            }
            transport.forget(this);
        }
    }

    /** The engine reports that the content broke off. On the event loop. */
    void brokeOff(Throwable cause) {
        fail(cause, FailureMapping.Phase.BODY);
    }

    boolean hasEnded() {
        State now = state.get();
        return now == State.ENDED || now == State.ENDED_UNSENT;
    }

    /** Runs a task on the call's event loop, later. From any thread. */
    void onEventLoop(Runnable task) {
        try {
            place.context().runOnContext(fenced(nothing -> task.run()));
        } catch (RejectedExecutionException engineIsClosed) {
            close();
        } catch (OutOfMemoryError full) {
            leaveToTheLoop(full);
        }
    }

    /** Runs a task later on the event loop of the connection if that is known, or else on the call's own. */
    void onLoopOfConnection(Runnable task) {
        HttpClientRequest granted = exchange;
        Context home = granted == null ? null : transport.places().contextOf(granted.connection());
        if (home == null) {
            onEventLoop(task);
            return;
        }
        try {
            home.runOnContext(nothing -> task.run());
        } catch (RejectedExecutionException loopHasEnded) {
            task.run();
        }
    }

    /** Ends the call if the handler throws. The engine would swallow the exception, and the exchange would go on unwatched. */
    <T> Handler<T> fenced(Handler<T> handler) {
        return event -> {
            try {
                handler.handle(event);
            } catch (Throwable thrown) {
                if (!(place.loop() instanceof LastingLoops.Lasting own) || !own.shortageIn(thrown)) {
                    fail(failures.other(thrown), FailureMapping.Phase.BODY);
                }
            } finally {
                // Foreign code may have set the interrupt flag, which must not reach the next call on this loop.
                boolean unused = Thread.interrupted();
            }
        };
    }

    private void lookUp() {
        HostNames names = transport.names();
        if (names == null) {
            ask();
        } else if (!hasEnded()) {
            names.lookUp(transport.firstHop(options.getHost()), unknown -> onEventLoop(() -> lookedUp(unknown)));
        }
    }

    private void lookedUp(@Nullable Throwable unknown) {
        if (unknown == null) {
            ask();
        } else if (transport.isClosed()) {
            close();
        } else {
            fail(unknown, FailureMapping.Phase.CONNECTING);
        }
    }

    private void ask() {
        if (!hasEnded() && !takesWarmPlace()) {
            HostNames names = transport.names();
            address = names == null ? null : names.first(transport.firstHop(options.getHost()));
            CurrentCall.run(this, this::lease);
        }
    }

    /** Uses the place that a warm-up has left, if there is one. */
    private boolean takesWarmPlace() {
        if (!options.isSsl() || transport.warmPlaces().isEmpty()) {
            return false;
        }
        HttpClientRequest kept = transport.warmPlaces().take(origin(), place);
        if (kept == null) {
            return false;
        }
        kept.setMethod(options.getMethod()).setURI(options.getURI());
        // The call may have moved to another loop.
        onEventLoop(() -> leased(Future.succeededFuture(kept)));
        return true;
    }

    private String origin() {
        return options.getHost() + ":" + options.getPort();
    }

    private void lease() {
        asking = true;
        Future<HttpClientRequest> lease;
        try {
            lease = transport.client().request(options);
        } catch (IllegalStateException clientIsClosed) {
            // Its Web Client was closed, or the verticle that created it has ended.
            close();
            return;
        }
        lease.onComplete(fenced(this::leased));
    }

    private void connectTimedOut(long expired) {
        timer = NO_TIMER;
        giveUpUnsent(transport.queue().isWaiting(this) ? failures.poolTimedOut() : failures.connectTimedOut());
    }

    private void leased(AsyncResult<HttpClientRequest> lease) {
        // From here on the connection belongs to the pool.
        asking = false;
        Channel fresh = connecting;
        connecting = null;
        if (lease.failed()) {
            if (!hasAnotherAddress(lease.cause())) {
                fail(lease.cause(), FailureMapping.Phase.CONNECTING);
            } else {
                ask();
            }
            return;
        }
        HttpClientRequest granted = lease.result();
        // Every other failure arrives through the futures too. Without a handler the engine logs it.
        granted.exceptionHandler(failure -> failed = granted);
        if (!hasEnded() && transport.isSpent(granted.connection())) {
            renew(granted.connection());
            return;
        }
        if (warmUp != null) {
            if (fresh != null) {
                ConnectionGuard.idle(fresh.pipeline());
            }
            keepWarm(warmUp, granted);
            return;
        }
        if (granted.version() == HttpVersion.HTTP_2) {
            exchange = granted;
            openStream(granted);
            return;
        }
        Context here = place.context();
        if (!moved && place.moveTo(granted.connection())) {
            follow(granted, here);
            return;
        }
        onEventLoop(() -> sendHere(granted));
    }

    private void keepWarm(WarmUp made, HttpClientRequest granted) {
        warm = granted;
        cancelTimer();
        if (hasEnded()) {
            leaveWarm();
        } else {
            made.connected(this, granted.version() == HttpVersion.HTTP_2);
        }
    }

    /** The warm-up needs to keep the connection from other calls no longer. From any thread. */
    void letGo() {
        onEventLoop(() -> {
            if (end()) {
                leaveWarm();
                transport.forget(this);
            }
        });
    }

    /** Puts the connection of a warm-up into the pool, where the next calls find it. */
    private void leaveWarm() {
        HttpClientRequest granted = warm;
        WarmUp made = warmUp;
        if (granted == null || made == null) {
            return;
        }
        warm = null;
        if (granted.version() == HttpVersion.HTTP_2) {
            transport.warmPlaces().keep(origin(), granted, place.loop());
            made.ended(this);
            return;
        }
        givenBack(granted.connection());
        // It is in the pool again in a later turn of this loop.
        granted.reset(CANCEL).onComplete(reset -> onEventLoop(() -> made.ended(this)));
    }

    /**
     * Sends the request, in a separate turn: the engine grants a connection while it still reads the bytes that came with the
     * end of the response before. They may end the connection.
     */
    private void sendHere(HttpClientRequest granted) {
        if (!hasEnded() && granted == failed) {
            if (++placesGone < MOST_PLACES) {
                ask();
            } else {
                fail(failures.lostBeforeRequest(null), FailureMapping.Phase.CONNECTING);
            }
        } else if (state.compareAndSet(State.WAITING, State.SENT)) {
            exchange = granted;
            cancelTimer();
            taken(granted.connection());
            send(granted);
        } else {
            // The call ended while it was connecting. The engine offers no cancel before it has granted the connection.
            giveBack(granted);
        }
    }

    /**
     * Opens the stream on the event loop of the connection, so that nothing comes between the check of its limit and the
     * stream. In a separate turn, like {@link #sendHere}.
     */
    private void openStream(HttpClientRequest granted) {
        Context home = transport.places().contextOf(granted.connection());
        if (home == null || home == place.context()) {
            onEventLoop(() -> openStreamHere(granted));
            return;
        }
        try {
            home.runOnContext(nothing -> {
                try {
                    openStreamHere(granted);
                } catch (Throwable thrown) {
                    onEventLoop(() -> fail(failures.other(thrown), FailureMapping.Phase.SENT));
                } finally {
                    // As in fenced.
                    boolean unused = Thread.interrupted();
                }
            });
        } catch (RejectedExecutionException loopHasEnded) {
            fail(failures.lostBeforeRequest(loopHasEnded), FailureMapping.Phase.CONNECTING);
        }
    }

    private void openStreamHere(HttpClientRequest granted) {
        if (!hasEnded() && !transport.takesStream(granted.connection())) {
            onEventLoop(() -> placeIsGone(granted.connection()));
        } else if (state.compareAndSet(State.WAITING, State.SENT)) {
            send(granted);
            onEventLoop(() -> {
                cancelTimer();
                // A stream does not occupy its connection.
                transport.queue().leave(this);
            });
        } else {
            giveBack(granted);
        }
    }

    /**
     * The connection takes no more streams: since the engine granted a place on it, the server has lowered its limit or ended
     * it.
     */
    private void placeIsGone(HttpConnection full) {
        exchange = null;
        if (hasEnded()) {
            closeWhenIdle(full);
        } else if (++placesGone < MOST_PLACES) {
            renew(full);
        } else {
            fail(failures.lostBeforeRequest(null), FailureMapping.Phase.CONNECTING);
            closeWhenIdle(full);
        }
    }

    private void taken(HttpConnection connection) {
        ConnectionAge age = transport.places().ageOf(connection);
        if (age != null) {
            age.taken();
        }
    }

    private void givenBack(HttpConnection connection) {
        ConnectionAge age = transport.places().ageOf(connection);
        if (age != null) {
            age.givenBack(transport.places().nanoTime());
        }
    }

    /** Whether a connection failed, and there is another address to try. */
    private boolean hasAnotherAddress(Throwable cause) {
        HostNames names = transport.names();
        boolean unreachable = cause instanceof ConnectException || cause instanceof NoRouteToHostException;
        // A proxy's answer is final: another address of the proxy would not answer otherwise.
        boolean answered = cause instanceof ProxyConnectException;
        if (!unreachable || answered || names == null || address == null) {
            return false;
        }
        names.failed(transport.firstHop(options.getHost()), address);
        tried++;
        return tried < addresses();
    }

    private int addresses() {
        HostNames names = transport.names();
        return names == null ? 1 : names.addressesOf(transport.firstHop(options.getHost()));
    }

    /** Removes a granted connection that is too old or full from the pool, and asks for another one. */
    private void renew(HttpConnection old) {
        Context home = transport.places().contextOf(old);
        if (old.protocolVersion() != HttpVersion.HTTP_2 || home == null) {
            old.close().onComplete(fenced(closed -> onEventLoop(this::ask)));
            return;
        }
        home.runOnContext(fenced(here -> {
            leavePool(old);
            closeWhenIdle(old);
            onEventLoop(this::ask);
        }));
    }

    @SuppressWarnings("deprecation") // No other way out of the pool spares the open streams.
    private static void leavePool(HttpConnection connection) {
        connection.goAway(NO_ERROR);
    }

    /** Gives the connection back and asks for it again on its own event loop. The pool grants it first. */
    private void follow(HttpClientRequest granted, Context left) {
        moved = true;
        cancelTimer();
        // It is in the pool again in a later turn of the old loop.
        granted.reset(CANCEL)
                .onComplete(reset -> left.runOnContext(fenced(givenBack -> onEventLoop(() -> {
                    if (!hasEnded()) {
                        startTimer();
                        ask();
                    }
                }))));
    }

    /** Gives back a connection, or a place on one, to which nothing was written. */
    private void giveBack(HttpClientRequest unsent) {
        if (unsent.version() != HttpVersion.HTTP_2) {
            unsent.reset(CANCEL);
            return;
        }
        // A stream that is reset before it was opened never gives its place back (5.2.3). So the connection leaves the
        // pool, and closes when the other calls' streams on it have ended, even those that are about to open.
        closeWhenIdle(unsent.connection());
    }

    private void closeWhenIdle(HttpConnection connection) {
        closeWhenIdle(transport.vertx(), connection);
    }

    /** Closes a connection when its streams have ended, even those that are about to open. */
    static void closeWhenIdle(Vertx vertx, HttpConnection connection) {
        vertx.setTimer(LINGER_MILLIS, elapsed -> connection.shutdown(LONGEST_STREAM));
    }

    private void send(HttpClientRequest granted) {
        request.headers().forEach(granted::putHeader);
        request.onSent().run();
        if (hasEnded()) {
            // It was cancelled meanwhile; the release gives the connection back, or the place on it.
            if (granted.version() != HttpVersion.HTTP_2) {
                givenBack(granted.connection());
            }
            return;
        }
        granted.response().onComplete(fenced(this::headArrived));
        written = hasContent() ? granted.end(Buffer.buffer(request.body())) : granted.end();
    }

    /** Whether the request gives the length of its content, even if that is 0 (RFC 9110, section 8.6). */
    private boolean hasContent() {
        return request.body().length > 0 || METHODS_WITH_CONTENT.contains(request.method());
    }

    private void headArrived(AsyncResult<HttpClientResponse> arrival) {
        if (arrival.failed()) {
            fail(arrival.cause(), FailureMapping.Phase.SENT);
            return;
        }
        HttpClientResponse head = arrival.result();
        ResponseFlow content = new ResponseFlow(this, place.loop(), head);
        content.attach();
        flow = content;
        ConnectionAge age = transport.places().ageOf(head.request().connection());
        if (age != null) {
            age.keepAlive(head.headers().getAll("Keep-Alive"));
        }
        if (head.statusCode() < 200) {
            // An interim response on a connection without a guard. The final response would follow, and no call may
            // read it.
            if (head.request().version() != HttpVersion.HTTP_2) {
                head.request().connection().close();
            }
            giveUp(failures.protocol("an interim response took the place of the final one"));
        } else if (head.statusCode() == PROXY_AUTHENTICATION_REQUIRED && transport.sendsThroughProxy()) {
            giveUp(failures.proxyAnswered(head.statusCode()));
        } else {
            response.complete(TransportResponse.of(head.statusCode(), content.headers(), content.body(), this::cancel));
        }
    }

    private void fail(Throwable cause, FailureMapping.Phase phase) {
        HttpClientRequest failed = exchange;
        boolean notExecuted = failed != null && flow == null && transport.isCertainlyNotExecuted(failed);
        TransportException failure = new FailureMapping(failures, transport.sendsThroughProxy()).of(cause, phase);
        if (!end()) {
            return;
        }
        if (notExecuted) {
            state.set(State.ENDED_UNSENT);
        }
        response.completeExceptionally(failure);
        ResponseFlow broken = flow;
        if (broken != null) {
            broken.body().fail(failure);
        }
        release();
        transport.forget(this);
    }

    /** Ends the call, as the only way out: true for the caller that ended it, false for all later ones. */
    private boolean end() {
        State before = state.getAndUpdate(now -> switch (now) {
            case WAITING, ENDED_UNSENT -> State.ENDED_UNSENT;
            case SENT, ENDED -> State.ENDED;
        });
        if (before == State.ENDED_UNSENT || before == State.ENDED) {
            return false;
        }
        leave();
        return true;
    }

    private void leave() {
        transport.queue().leave(this);
        place.giveBack();
    }

    /** Releases the engine's resources for this call. */
    private void release() {
        cancelTimer();
        closeUnfinished();
        leaveWarm();
        HttpClientRequest granted = exchange;
        ResponseFlow content = flow;
        if (granted == null || state.get() == State.ENDED_UNSENT) {
            // A place that was granted meanwhile is given back where its stream would be opened.
            return;
        }
        if (content == null) {
            reset(granted);
            return;
        }
        // The last byte may be held back by a pause. A reset would then end another call that has the connection by
        // now.
        content.emptied(() -> {
            if (!content.isReceived()) {
                reset(granted);
            }
        });
    }

    /** Ends a stream of HTTP/2 on the loop that writes its request: a reset must not overtake it. */
    private void reset(HttpClientRequest granted) {
        if (granted.version() != HttpVersion.HTTP_2) {
            granted.reset(CANCEL);
            return;
        }
        onLoopOfConnection(() -> {
            if (granted.streamId() < 0) {
                // The stream was never opened.
                giveBack(granted);
            } else {
                granted.reset(CANCEL);
            }
        });
    }

    private void closeUnfinished() {
        Channel unfinished = connecting;
        if (unfinished != null) {
            ChannelFuture unused = unfinished.close();
        }
    }

    private void startTimer() {
        timer = transport.vertx().setTimer(millisLeft(), fenced(this::connectTimedOut));
    }

    /** The time until the connect timeout; at least 1. */
    private long millisLeft() {
        return Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            transport.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private static long nanosOf(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException centuries) {
            return Long.MAX_VALUE / 2;
        }
    }
}
