package top.neuralbox.examples.jdk;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A response's body. What the engine hands over at once becomes one buffer, so its demand is the subscriber's. */
final class JdkBody implements HttpResponse.BodySubscriber<Void>, Flow.Publisher<ByteBuffer>, Flow.Subscription {

    private final JdkCall call;
    private Flow.@Nullable Subscription engine;
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private @Nullable Throwable failure;
    private boolean over;
    private volatile boolean done;

    JdkBody(JdkCall call) {
        this.call = call;
    }

    @Override
    public CompletionStage<Void> getBody() {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void onSubscribe(Flow.Subscription engine) {
        this.engine = engine;
        if (failure != null) {
            engine.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> read) {
        ByteBuffer buffer = ByteBuffer.allocate(
                read.stream().mapToInt(ByteBuffer::remaining).sum());
        read.forEach(buffer::put);
        if (!buffer.flip().hasRemaining()) {
            Objects.requireNonNull(engine).request(1);
        } else if (!done) {
            guarded(() -> Objects.requireNonNull(subscriber).onNext(buffer));
        }
    }

    @Override
    public void onError(Throwable lost) {
        over = true;
        call.end(call.failureOf(lost));
    }

    @Override
    public void onComplete() {
        over = true;
        call.transport.release(call);
        signalEnd();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> newcomer) {
        call.transport.loop.execute(() -> {
            if (subscriber != null) {
                newcomer.onSubscribe(new Refused());
                newcomer.onError(new IllegalStateException("A body has one subscriber."));
            } else {
                subscriber = newcomer;
                guarded(() -> newcomer.onSubscribe(this));
                signalEnd();
            }
        });
    }

    @Override
    public void request(long n) {
        call.transport.loop.execute(() -> {
            if (n <= 0) {
                failure = new IllegalArgumentException("Demand must be positive: " + n);
                call.end(call.failures.cancelled());
            } else if (!over && engine != null) {
                engine.request(n);
            }
        });
    }

    @Override
    public void cancel() {
        done = true;
        call.cancel();
    }

    void end(Throwable ending) {
        failure = failure == null ? ending : failure;
        if (!over && engine != null) {
            engine.cancel();
        }
        over = true;
        signalEnd();
    }

    private void signalEnd() {
        Flow.Subscriber<? super ByteBuffer> receiver = subscriber;
        Throwable lost = failure;
        if (receiver != null && over && !done) {
            done = true;
            guarded(lost == null ? receiver::onComplete : () -> receiver.onError(lost));
        }
    }

    private void guarded(Runnable foreign) {
        try {
            foreign.run();
        } catch (Throwable thrown) {
            done = true;
            call.end(call.failures.other(thrown));
        }
    }

    /** The subscription of whoever comes second. */
    private record Refused() implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
