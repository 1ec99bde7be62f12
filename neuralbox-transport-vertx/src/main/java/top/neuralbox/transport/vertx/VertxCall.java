package top.neuralbox.transport.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.proxy.ProxyConnectException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
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
 * One exchange, from the queue to its end. All that touches the engine runs on the call's own event loop; what comes from
 * other threads, such as {@link #cancel()}, posts to it.
 */
final class VertxCall implements TransportCall {

    /** HTTP/2's CANCEL (RFC 9113, section 7); on HTTP/1.1 the engine closes the connection whatever the code. */
    private static final long CANCEL = 0x8;

    /** HTTP/2's NO_ERROR: a GOAWAY with it closes nothing. */
    private static final long NO_ERROR = 0x0;

    /** How long a place on a connection may have been granted before its stream is opened. */
    private static final int LINGER_MILLIS = 200;

    /** How many places on connections may be gone before the stream is open: a server that grants none is not asked for long. */
    private static final int MOST_PLACES = 3;

    private static final Duration LONGEST_STREAM = Duration.ofDays(1);

    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private static final Set<String> METHODS_WITH_CONTENT = Set.of("POST", "PUT", "PATCH");

    private static final long NO_TIMER = -1;

    /** How far the call is, and what may be said of the request. */
    private enum State {
        /** Nothing was written, and it may still be. */
        WAITING,
        /** Something may have been written. */
        SENT,
        /** Over, and certainly nothing was seen by the service. */
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
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    /** Set when the head has arrived. */
    private volatile @Nullable ResponseFlow flow;

    // Confined to the event loop.
    private long timer = NO_TIMER;
    private boolean moved;
    /** The engine was asked for a connection and has not answered yet. */
    private boolean asking;

    /** The address that the engine is to connect to; null if that is the engine's choice. */
    private @Nullable InetAddress address;

    /** How many addresses were tried in vain. */
    private int tried;

    /** How many places on connections were gone before a stream was open. */
    private int placesGone;

    private @Nullable Channel connecting;

    /** What the engine granted. Over HTTP/2 nothing is sent on it before the call is {@link State#SENT}. */
    private @Nullable HttpClientRequest exchange;

    VertxCall(VertxTransport transport, EventLoops.Place place, TransportRequest request, RequestOptions options) {
        this.transport = transport;
        this.place = place;
        this.request = request;
        this.options = options;
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

    EventLoops.Place place() {
        return place;
    }

    /** Takes up the call. From any thread. */
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

    /** The queue lets this call go to the engine. From any thread. */
    void admitted() {
        onEventLoop(this::lookUp);
    }

    /** The engine opens this connection because this call asked for one. On the event loop of the connection. */
    void connecting(Channel fresh) {
        if (!place.loop().inEventLoop() || !asking) {
            // It goes to the pool: the call has another by now.
            return;
        }
        connecting = fresh;
        if (hasEnded()) {
            closeUnfinished();
        }
        int untried = addresses() - tried;
        if (untried > 1) {
            // A dead address leaves time for the next.
            fresh.config().setConnectTimeoutMillis((int) Math.min(Integer.MAX_VALUE, millisLeft() / untried));
        }
    }

    /** Ends the call for a reason that lies on this side. From any thread. */
    private void giveUp(TransportException reason) {
        if (end()) {
            response.completeExceptionally(reason);
            onEventLoop(this::release);
        }
        ResponseFlow started = flow;
        if (started != null) {
            // Also when the exchange is over and the subscriber has yet to take the rest.
            started.body().abort(reason);
        }
    }

    /** The subscriber wants no more, and no signal either. From any thread. */
    void abandoned() {
        if (end()) {
            onEventLoop(this::release);
        }
    }

    /** The engine has handed over the last byte. On the event loop. */
    void received() {
        HttpClientRequest whole = exchange;
        if (whole != null && whole.version() != HttpVersion.HTTP_2) {
            givenBack(whole.connection());
        }
        ResponseFlow finished = flow;
        if (end() && finished != null) {
            finished.body().complete();
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
        }
    }

    /** The engine swallows what its handlers throw, and the exchange would flow on unwatched. */
    <T> Handler<T> fenced(Handler<T> handler) {
        return event -> {
            try {
                handler.handle(event);
            } catch (Throwable thrown) {
                fail(failures.other(thrown), FailureMapping.Phase.BODY);
            } finally {
                // What foreign code did to the interrupt flag is not to reach the next call on this loop.
                boolean unused = Thread.interrupted();
            }
        };
    }

    private void lookUp() {
        HostNames names = transport.names();
        if (names == null) {
            ask();
        } else if (!hasEnded()) {
            try {
                names.lookUp(transport.firstHop(options.getHost()), unknown -> onEventLoop(() -> lookedUp(unknown)));
            } catch (RejectedExecutionException transportIsClosed) {
                close();
            }
        }
    }

    private void lookedUp(@Nullable Throwable unknown) {
        if (unknown == null) {
            ask();
        } else {
            fail(unknown, FailureMapping.Phase.CONNECTING);
        }
    }

    private void ask() {
        if (!hasEnded()) {
            HostNames names = transport.names();
            address = names == null ? null : names.first(transport.firstHop(options.getHost()));
            AskingCall.run(this, this::lease);
        }
    }

    private void lease() {
        asking = true;
        Future<HttpClientRequest> lease;
        try {
            lease = transport.client().request(options);
        } catch (IllegalStateException clientIsClosed) {
            // By its Web Client, or with the verticle that made it.
            close();
            return;
        }
        lease.onComplete(fenced(this::leased));
    }

    private void connectTimedOut(long expired) {
        timer = NO_TIMER;
        if (state.get() == State.WAITING) {
            giveUp(transport.queue().isWaiting(this) ? failures.poolTimedOut() : failures.connectTimedOut());
        }
    }

    private void leased(AsyncResult<HttpClientRequest> lease) {
        // From here on the connection is the pool's.
        asking = false;
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
        // Every failure arrives through the futures as well; without a handler the engine logs it.
        granted.exceptionHandler(ignored -> {});
        if (!hasEnded() && transport.isSpent(granted.connection())) {
            renew(granted.connection());
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
        if (!state.compareAndSet(State.WAITING, State.SENT)) {
            // Given up while it was connecting: the engine could not be told before it granted this.
            giveBack(granted);
            return;
        }
        exchange = granted;
        cancelTimer();
        taken(granted.connection());
        send(granted);
    }

    /** Goes to the event loop of the connection, where nothing comes between a look at its limit and the stream. */
    private void openStream(HttpClientRequest granted) {
        Context home = transport.places().contextOf(granted.connection());
        if (home == null || home == place.context()) {
            openStreamHere(granted);
            return;
        }
        try {
            home.runOnContext(nothing -> {
                try {
                    openStreamHere(granted);
                } catch (Throwable thrown) {
                    onEventLoop(() -> fail(failures.other(thrown), FailureMapping.Phase.SENT));
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

    /** The server has lowered the number of streams, or leaves, since the engine granted a place on this connection. */
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
        // What a proxy answers is the proxy's word, and no other address of it would say more.
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

    /** Takes a connection that was granted, and is too old or full, out of the pool, and asks for another one. */
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

    @SuppressWarnings("deprecation") // The engine has no other way out of the pool that leaves the open streams alone.
    private static void leavePool(HttpConnection connection) {
        connection.goAway(NO_ERROR);
    }

    /** Gives the connection back and asks for it again on its own event loop: it is the first that the pool grants. */
    private void follow(HttpClientRequest granted, Context left) {
        moved = true;
        cancelTimer();
        // It is in the pool again in a later turn of the loop that is left.
        granted.reset(CANCEL)
                .onComplete(reset -> left.runOnContext(fenced(givenBack -> onEventLoop(() -> {
                    if (!hasEnded()) {
                        startTimer();
                        ask();
                    }
                }))));
    }

    /** Hands back a connection, or a place on one, that nothing was written to. */
    private void giveBack(HttpClientRequest unsent) {
        if (unsent.version() != HttpVersion.HTTP_2) {
            unsent.reset(CANCEL);
            return;
        }
        // A stream that is reset before it was opened never gives its place back (5.2.3). So the connection leaves
        // the pool, and closes when the streams that others have on it, or are about to open, have ended.
        closeWhenIdle(unsent.connection());
    }

    private void closeWhenIdle(HttpConnection connection) {
        transport.vertx().setTimer(LINGER_MILLIS, elapsed -> connection.shutdown(LONGEST_STREAM));
    }

    private void send(HttpClientRequest granted) {
        request.headers().forEach(granted::putHeader);
        request.onSent().run();
        Future<HttpClientResponse> arrival =
                hasContent() ? granted.send(Buffer.buffer(request.body())) : granted.send();
        arrival.onComplete(fenced(this::headArrived));
    }

    /** Whether the request says how long its content is, be it empty (RFC 9110, section 8.6). */
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
            // An interim response where there is no guard: the answer is still to come, and nobody may read it.
            head.request().connection().close();
            giveUp(failures.protocol("an interim response took the place of the final one"));
        } else if (head.statusCode() == PROXY_AUTHENTICATION_REQUIRED && transport.sendsThroughProxy()) {
            giveUp(failures.proxyAnswered(head.statusCode()));
        } else {
            response.complete(TransportResponse.of(head.statusCode(), content.headers(), content.body(), this::cancel));
        }
    }

    private void fail(Throwable cause, FailureMapping.Phase phase) {
        HttpClientRequest failed = exchange;
        boolean notExecuted = failed != null && FailureMapping.certainlyNotExecuted(cause, failed.streamId());
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
    }

    /** The one way out: true for the caller that ended the call, false for all who come later. */
    private boolean end() {
        State before = state.getAndUpdate(now -> switch (now) {
            case WAITING, ENDED_UNSENT -> State.ENDED_UNSENT;
            case SENT, ENDED -> State.ENDED;
        });
        if (before == State.ENDED_UNSENT || before == State.ENDED) {
            return false;
        }
        transport.queue().leave(this);
        transport.forget(this);
        return true;
    }

    /** Gives back what the engine holds for this call. */
    private void release() {
        cancelTimer();
        closeUnfinished();
        HttpClientRequest granted = exchange;
        ResponseFlow content = flow;
        if (granted == null || state.get() == State.ENDED_UNSENT) {
            // What was granted meanwhile is given back where its stream would be opened.
            return;
        }
        if (content == null) {
            granted.reset(CANCEL);
            return;
        }
        // The last byte may wait behind a pause, and a reset would kill a call that has the connection by now.
        content.emptied(() -> {
            if (!content.isReceived()) {
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

    /** Until the connect timeout; at least 1. */
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
