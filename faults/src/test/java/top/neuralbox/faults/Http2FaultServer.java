package top.neuralbox.faults;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import top.neuralbox.FaultClock;
import top.neuralbox.testkit.Gate;

/** Replies in HTTP/2 over TLS. Each request has a thread that runs the steps of its reply. */
final class Http2FaultServer implements FaultServer {

    private static final long PATIENCE_SECONDS = 20;
    private static final Duration PROMPTLY = Duration.ofSeconds(1);
    /** More than a process takes, on a machine that is busy, until it has no threads left (H21). */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private static final long INTERNAL_ERROR = 2;
    private static final int EARLY_HINTS = 103;

    /** One for all servers of the process, with few threads, which come with the first of them and go with no row. */
    private static final Vertx VERTX = Vertx.vertx(new VertxOptions()
            .setEventLoopPoolSize(1)
            .setInternalBlockingPoolSize(1)
            .setUseDaemonThread(true));

    private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger openStreams = new AtomicInteger();
    private final AtomicLong bytesWritten = new AtomicLong();
    private final HttpServer server;
    private volatile boolean early;

    /** @param clientCertificate whether a client must show a certificate of the authority */
    Http2FaultServer(boolean clientCertificate) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(KeyCertOptions.wrap(Certificates.ALL.serverKeyManager()))
                .setTrustOptions(TrustOptions.wrap(Certificates.ALL.trustManager()))
                .setClientAuth(clientCertificate ? ClientAuth.REQUIRED : ClientAuth.NONE);
        server = await(
                VERTX.createHttpServer(options).requestHandler(this::arrived).listen());
    }

    /** Replies to the heads of requests from now on, and reads none of their content. */
    Http2FaultServer early() {
        early = true;
        return this;
    }

    /** Runs a task on an event loop that is no client's. */
    static void onEventLoop(Runnable task) {
        VERTX.runOnContext(nothing -> task.run());
    }

    @Override
    public URI uri() {
        return URI.create("https://127.0.0.1:" + server.actualPort());
    }

    @Override
    public void answer(Reply reply) {
        replies.add(reply);
    }

    @Override
    public int requestCount() {
        return requests.get();
    }

    @Override
    public List<String> requests() {
        return List.copyOf(received);
    }

    @Override
    public long bytesWritten() {
        return bytesWritten.get();
    }

    @Override
    public void awaitRelease(int pooled) {
        FaultClock.await("the release of all streams", PROMPTLY, () -> openStreams.get() == 0);
    }

    /** One connection is for all streams and stays for the next ones: what must not stay open is a stream. */
    @Override
    public void awaitNoConnections() {
        awaitRelease();
    }

    @Override
    public boolean isQuietSoon() {
        return true;
    }

    @Override
    public void close() {
        await(server.close());
    }

    private void arrived(HttpServerRequest request) {
        openStreams.incrementAndGet();
        Gate gone = new Gate();
        AtomicBoolean counted = new AtomicBoolean();
        Runnable leave = () -> {
            if (counted.compareAndSet(false, true)) {
                openStreams.decrementAndGet();
            }
            gone.open();
        };
        HttpServerResponse response = request.response();
        response.exceptionHandler(failure -> leave.run());
        response.closeHandler(closed -> leave.run());
        response.endHandler(ended -> leave.run());
        if (early) {
            request.pause();
            reply(request, gone);
        } else {
            Buffer content = Buffer.buffer();
            request.handler(content::appendBuffer);
            request.endHandler(read -> {
                received.add(request.method() + " " + request.uri() + "\n" + request.headers() + "\n" + content);
                reply(request, gone);
            });
        }
    }

    private void reply(HttpServerRequest request, Gate gone) {
        Reply reply = replies.poll();
        requests.incrementAndGet();
        Thread thread = new Thread(() -> run(reply, request, gone), "testkit-server-http2");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Reply reply, HttpServerRequest request, Gate gone) {
        HttpServerResponse response = request.response();
        if (reply == null) {
            response.setStatusCode(501).end("no reply was left for this request");
            return;
        }
        try {
            for (Reply.Step step : reply.steps()) {
                run(step, request, response, gone);
            }
        } catch (IllegalStateException | CompletionFailure e) {
            // The client has gone: rows look at that through the number of open streams.
        }
    }

    @SuppressWarnings("deprecation")
    private void run(Reply.Step step, HttpServerRequest request, HttpServerResponse response, Gate gone) {
        if (step instanceof Reply.Head head && head.status() == EARLY_HINTS) {
            await(response.writeEarlyHints(MultiMap.caseInsensitiveMultiMap().addAll(head.fields())));
        } else if (step instanceof Reply.Head head) {
            response.setStatusCode(head.status());
            head.fields().forEach((name, value) -> {
                if (!name.equals(Reply.CLOSE)) {
                    response.putHeader(name, value);
                }
            });
            await(response.writeHead());
        } else if (step instanceof Reply.Data data) {
            write(response, data.bytes());
        } else if (step instanceof Reply.Forever forever) {
            while (!gone.isOpen()) {
                write(response, forever.bytes());
            }
        } else if (step instanceof Reply.Await waiting) {
            waiting.gate().await(SILENCE);
        } else if (step instanceof Reply.End) {
            await(response.end());
        } else if (step instanceof Reply.Close) {
            await(request.connection().close());
        } else if (step instanceof Reply.Reset reset) {
            await(response.reset(reset.code() < 0 ? INTERNAL_ERROR : reset.code()));
        } else if (step instanceof Reply.GoAway) {
            request.connection().goAway(0, (int) request.streamId());
        }
    }

    private void write(HttpServerResponse response, byte[] bytes) {
        await(response.write(Buffer.buffer(bytes)));
        bytesWritten.addAndGet(bytes.length);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the server's engine took too long", e);
        } catch (RuntimeException e) {
            throw new CompletionFailure(e);
        } catch (Exception e) {
            // Rethrown unchecked by the engine although its signature does not say so.
            throw new CompletionFailure(e);
        }
    }

    /** A failed write. */
    private static final class CompletionFailure extends RuntimeException {
        CompletionFailure(Exception cause) {
            super(cause);
        }
    }
}
