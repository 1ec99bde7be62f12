package top.neuralbox.examples.jdk;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.BodyPublisher;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;

/**
 * Takes the body of a response from the engine, one read at a time, while only little of it waits for the subscriber's demand.
 */
final class JdkBody implements HttpResponse.BodySubscriber<Void>, BodyPublisher.Source {

    /** One more read of the engine stays below the limit of rule 6. */
    private static final int MOST_AHEAD = 32 * 1024;

    final BodyPublisher content = new BodyPublisher(this);
    private final JdkCall call;
    private Flow.@Nullable Subscription engine;
    private boolean reading;
    private boolean over;

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
        if (over) {
            engine.cancel();
        }
        readOn();
    }

    /** The engine's buffers are read-only, so the subscriber gets copies. */
    @Override
    public void onNext(List<ByteBuffer> read) {
        reading = false;
        read.forEach(content::offerCopy);
        readOn();
    }

    @Override
    public void onError(Throwable lost) {
        call.end(call.failureOf(lost));
    }

    @Override
    public void onComplete() {
        over = true;
        call.transport.release(call);
        content.complete();
    }

    @Override
    public void taken(int bytes) {
        call.transport.loop.execute(this::readOn);
    }

    @Override
    public void abandoned() {
        call.cancel();
    }

    void end(TransportException failure) {
        if (failure.kind() == Kind.CANCELLED || failure.kind() == Kind.CLOSED) {
            content.abort(failure);
        } else {
            content.fail(failure);
        }
        if (!over && engine != null) {
            engine.cancel();
        }
        over = true;
    }

    private void readOn() {
        if (engine != null && !reading && !over && content.ahead() < MOST_AHEAD) {
            reading = true;
            engine.request(1);
        }
    }
}
