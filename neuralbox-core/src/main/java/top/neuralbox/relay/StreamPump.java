package top.neuralbox.relay;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Writes the buffers of a publisher to a blocking stream, one at a time, on the thread that owns the stream. */
final class StreamPump implements Flow.Subscriber<ByteBuffer> {

    private static final Object END = new Object();

    /**
     * The buffers, and {@link #END}. It holds at most one buffer and the end, and needs no memory for them: a signal that is lost
     * would leave the thread that writes waiting for ever.
     */
    private final BlockingQueue<Object> signals = new ArrayBlockingQueue<>(2);

    private volatile @Nullable Throwable error;

    private Flow.@Nullable Subscription subscription;

    /** Writes until the publisher ends. If it stops for another reason, it cancels the subscription. */
    void run(OutputStream target) throws IOException {
        Flow.Subscription source = Objects.requireNonNull(subscription, "not subscribed");
        boolean ended = false;
        try {
            source.request(1);
            while (take() instanceof ByteBuffer buffer) {
                write(buffer, target);
                source.request(1);
            }
            ended = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while relaying");
        } finally {
            if (!ended) {
                source.cancel();
            }
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        signals.add(buffer);
    }

    @Override
    public void onError(Throwable error) {
        this.error = error;
        signals.add(END);
    }

    @Override
    public void onComplete() {
        signals.add(END);
    }

    private Object take() throws InterruptedException {
        Object signal = signals.take();
        if (signal == END && error instanceof RuntimeException failure) {
            // The publisher signals only exceptions that writeTo documents.
            throw failure;
        }
        return signal;
    }

    private static void write(ByteBuffer buffer, OutputStream target) throws IOException {
        target.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
        target.flush();
    }
}
