package top.neuralbox.relay;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Writes the buffers of a publisher to a blocking stream, one at a time, on the thread that owns the stream. */
final class StreamPump implements Flow.Subscriber<ByteBuffer> {

    private sealed interface Signal {
        record Next(ByteBuffer buffer) implements Signal {}

        record End(@Nullable Throwable error) implements Signal {}
    }

    /** Holds at most one buffer and the end. */
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

    private Flow.@Nullable Subscription subscription;

    /** Writes until the publisher ends. If it stops for another reason, it cancels the subscription. */
    void run(OutputStream target) throws IOException {
        Flow.Subscription source = Objects.requireNonNull(subscription, "not subscribed");
        boolean ended = false;
        try {
            source.request(1);
            while (take() instanceof Signal.Next next) {
                write(next.buffer(), target);
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
        signals.add(new Signal.Next(buffer));
    }

    @Override
    public void onError(Throwable error) {
        signals.add(new Signal.End(error));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal.End(null));
    }

    private Signal take() throws InterruptedException {
        Signal signal = signals.take();
        if (signal instanceof Signal.End end && end.error() instanceof RuntimeException error) {
            // The publisher signals only exceptions that writeTo documents.
            throw error;
        }
        return signal;
    }

    private static void write(ByteBuffer buffer, OutputStream target) throws IOException {
        target.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
        target.flush();
    }
}
