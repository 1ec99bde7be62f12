package top.neuralbox.examples.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** One exchange. Only the loop's thread changes its fields, and every failure goes through {@link #end}. */
final class JdkCall implements TransportCall, HttpRequest.BodyPublisher {

    final JdkTransport transport;
    private final TransportRequest request;
    private final HttpRequest engineRequest;
    final ExchangeFailures failures;
    private final JdkBody body = new JdkBody(this);
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final CompletableFuture<Void> connectTimer = new CompletableFuture<>();
    private @Nullable CompletableFuture<HttpResponse<Void>> exchange;
    private @Nullable TransportException failure;
    private volatile boolean sent;
    private volatile boolean cancelled;

    JdkCall(JdkTransport transport, TransportRequest request) {
        this.transport = transport;
        this.request = request;
        this.failures = ExchangeFailures.of(request, transport.config);
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri()).method(request.method(), this);
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        engineRequest = builder.build();
        var unused = connectTimer
                .orTimeout(TimeUnit.NANOSECONDS.convert(request.connectTimeout()), TimeUnit.NANOSECONDS)
                .exceptionallyAsync(late -> sent ? null : end(lateFailure()), transport.loop);
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response;
    }

    @Override
    public boolean mayHaveBeenSent() {
        return sent;
    }

    @Override
    public void cancel() {
        cancelled = true;
        transport.loop.execute(() -> end(failures.cancelled()));
    }

    /** Looks the host up on another thread first: the engine then finds it in the JDK's cache, and does not block the loop. */
    void connect() {
        var unused = CompletableFuture.supplyAsync(
                        () -> new InetSocketAddress(request.uri().getHost(), 0), transport.names)
                .thenComposeAsync(known -> send(), transport.loop)
                .handleAsync((head, lost) -> lost == null ? null : end(failureOf(lost)), transport.loop);
    }

    /**
     * The engine asks for the length when the connection is open, just before it writes. This is the last moment to stop the
     * request.
     */
    @Override
    public long contentLength() {
        if (failure != null || sent) {
            throw new UncheckedIOException(new IOException("A request is written once."));
        }
        sent = true;
        connectTimer.complete(null);
        request.onSent().run();
        if (cancelled) {
            throw new UncheckedIOException(new IOException("The call was cancelled before its first byte."));
        }
        return request.body().length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        HttpRequest.BodyPublishers.ofByteArray(request.body()).subscribe(subscriber);
    }

    /** Ends the call with its first failure. Later failures change nothing. */
    @Nullable
    Void end(TransportException why) {
        failure = failure != null ? failure : why;
        connectTimer.complete(null);
        if (response.completeExceptionally(failure) && exchange != null) {
            // Cancelling the future itself does nothing once it has failed, and then the connection would stay open.
            exchange.newIncompleteFuture().cancel(true);
        }
        body.end(failure);
        transport.release(this);
        return null;
    }

    TransportException failureOf(Throwable failed) {
        TransportException found = failures.other(failed);
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                found = failures.unknownHost(failed);
            } else if (cause instanceof ProtocolException) {
                // The engine's message quotes what it could not read, which may echo the key.
                found = failures.protocol(cause.getClass().getSimpleName());
            } else if (cause instanceof ConnectException && !sent) {
                found = failures.notConnected(failed);
            } else if (cause instanceof SSLException && !sent) {
                found = failures.tlsFailed(failed);
            } else if (cause instanceof IOException && found.kind() == Kind.OTHER) {
                found = response.isDone() ? failures.lostInBody(failed) : failures.lostBeforeHead(failed);
            }
        }
        return found;
    }

    private TransportException lateFailure() {
        return transport.waiting.contains(this) ? failures.poolTimedOut() : failures.connectTimedOut();
    }

    private CompletionStage<HttpResponse<Void>> send() {
        if (failure != null) {
            throw failure;
        }
        exchange = transport.client.sendAsync(engineRequest, this::head);
        return exchange;
    }

    private JdkBody head(HttpResponse.ResponseInfo head) {
        // If the head gives two lengths, the engine believes one of them, and takes the rest for the next response.
        List<String> lengths = head.headers().allValues("Content-Length");
        if (lengths.size() + head.headers().allValues("Transfer-Encoding").size() > 1) {
            end(failures.conflictingLengths());
        }
        response.complete(TransportResponse.of(head.statusCode(), head.headers().map(), body.content, this::cancel));
        return body;
    }
}
