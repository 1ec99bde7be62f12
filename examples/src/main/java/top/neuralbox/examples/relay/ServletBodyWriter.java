package top.neuralbox.examples.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import top.neuralbox.relay.StreamRelay;

/**
 * Writes a relay's body by asynchronous I/O (Jakarta Servlet 6.0, section 5.1.2). A buffer is asked for when the
 * container is ready, so a slow reader holds the generation back. {@code onError} is that of both interfaces.
 */
final class ServletBodyWriter implements WriteListener, Flow.Subscriber<ByteBuffer> {

    private final StreamRelay relay;
    private final AsyncContext async;
    private final ServletOutputStream out;
    private final AtomicBoolean completed = new AtomicBoolean();
    private Flow.@Nullable Subscription subscription;
    /** Written by the relay's thread and read by the container's, of which one at a time goes on. */
    private volatile boolean unflushed;

    private volatile boolean writing;
    private volatile boolean ended;

    ServletBodyWriter(StreamRelay relay, AsyncContext async, ServletOutputStream out) {
        this.relay = relay;
        this.async = async;
        this.out = out;
    }

    @Override
    public void onWritePossible() throws IOException {
        if (subscription == null) {
            relay.body().subscribe(this);
        }
        goOn();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        writing = true;
        try {
            out.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
            unflushed = true;
            goOn();
        } catch (Throwable e) {
            onError(e);
        }
    }

    @Override
    public void onComplete() {
        ended = true;
        if (!writing) {
            complete();
        }
    }

    @Override
    public void onError(Throwable error) {
        relay.cancel();
        complete();
    }

    /**
     * What comes next as soon as the container is ready. Once it was not, only the container goes on, by {@link
     * #onWritePossible}: it may do so at that very moment.
     */
    private void goOn() throws IOException {
        if (!out.isReady()) {
            return;
        }
        if (unflushed) {
            unflushed = false;
            out.flush();
            if (!out.isReady()) {
                return;
            }
        }
        writing = false;
        if (ended) {
            complete();
        } else {
            Objects.requireNonNull(subscription).request(1);
        }
    }

    private void complete() {
        if (completed.compareAndSet(false, true)) {
            async.complete();
        }
    }
}
