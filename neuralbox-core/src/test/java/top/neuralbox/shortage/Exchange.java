package top.neuralbox.shortage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import top.neuralbox.transport.BodyPublisher;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * A transport for one exchange, whose engine is the test's thread. As real engines do, it fails the body if the client throws,
 * and tries again when there is memory.
 */
final class Exchange implements Transport, TransportCall, BodyPublisher.Source {

    private static final int MOST_TRIES = 20;

    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private final BodyPublisher body = new BodyPublisher(this);
    private final TransportException lost = new TransportException(TransportException.Kind.LOST, "lost", null);

    private final CountDownLatch started = new CountDownLatch(1);
    private volatile TransportRequest request;
    private volatile boolean over;
    private volatile int status;

    /** Whether the service was asked. */
    boolean wasStarted() {
        return request != null;
    }

    /** Waits until the service is asked, or it is certain that it {@linkplain #neverStarts never will be}. */
    void awaitStart() throws InterruptedException {
        boolean unused = started.await(1, TimeUnit.SECONDS);
    }

    /** The service will not be asked any more. */
    void neverStarts() {
        started.countDown();
    }

    /** Whether the exchange has ended, or was given up. */
    boolean isOver() {
        return over;
    }

    int status() {
        return status;
    }

    void answer(int code, String type) {
        status = code;
        again(() -> request.onSent().run());
        again(() -> response.complete(
                TransportResponse.of(code, Map.of("Content-Type", List.of(type)), body, this::cancel)));
    }

    void event(String json) {
        data(json);
    }

    void data(String data) {
        bytes("data: " + data + "\n\n");
    }

    void bytes(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        if (over) {
            return;
        }
        try {
            body.offer(bytes);
        } catch (Throwable thrown) {
            lose();
        }
    }

    void complete() {
        over = true;
        again(body::complete);
    }

    void lose() {
        over = true;
        again(() -> body.fail(lost));
    }

    private static void again(Runnable signal) {
        for (int tries = 0; ; tries++) {
            try {
                signal.run();
                return;
            } catch (Error full) {
                if (tries == MOST_TRIES) {
                    throw full;
                }
            }
        }
    }

    @Override
    public TransportCall start(TransportRequest request) {
        this.request = request;
        started.countDown();
        return this;
    }

    @Override
    public String name() {
        return "exchange";
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return false;
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response;
    }

    @Override
    public boolean mayHaveBeenSent() {
        return true;
    }

    @Override
    public void cancel() {
        abandoned();
        response.completeExceptionally(lost);
        body.abort(lost);
    }

    @Override
    public void taken(int bytes) {}

    @Override
    public void abandoned() {
        over = true;
    }

    @Override
    public void close() {}
}
