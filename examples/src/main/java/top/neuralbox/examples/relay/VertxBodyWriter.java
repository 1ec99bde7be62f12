package top.neuralbox.examples.relay;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Writes a relay's body to a response, on its event loop. At most {@link #AHEAD} buffers are on their way to the socket. The next
 * one is asked for when one has arrived there.
 */
final class VertxBodyWriter implements Flow.Subscriber<ByteBuffer> {

    /** With one at a time, events that come together would each wait for two changes of thread. */
    private static final int AHEAD = 16;

    private final HttpServerResponse response;
    private final Context context;
    private Flow.@Nullable Subscription subscription;

    VertxBodyWriter(HttpServerResponse response, Context context) {
        this.response = response;
        this.context = context;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(AHEAD);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        Flow.Subscription source = Objects.requireNonNull(subscription);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        context.runOnContext(now -> response.write(Buffer.buffer(bytes))
                .onSuccess(written -> source.request(1))
                .onFailure(gone -> source.cancel()));
    }

    @Override
    public void onComplete() {
        context.runOnContext(now -> response.end());
    }

    /** The relay was cancelled, so the reader has left or takes nothing. */
    @Override
    public void onError(Throwable error) {
        context.runOnContext(now -> response.reset());
    }
}
