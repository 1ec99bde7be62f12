package top.neuralbox.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

/** Reads a relay's body as the test asks for it. Each buffer is one write. */
class BodyReader implements Flow.Subscriber<ByteBuffer> {

    final List<String> writes = new ArrayList<>();
    Flow.Subscription subscription;
    boolean completed;
    Throwable error;
    RuntimeException thrownOnNext;

    static BodyReader of(StreamRelay relay) {
        BodyReader reader = new BodyReader();
        relay.body().subscribe(reader);
        return reader;
    }

    BodyReader request(long n) {
        subscription.request(n);
        return this;
    }

    BodyReader all() {
        return request(Long.MAX_VALUE);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        writes.add(StandardCharsets.UTF_8.decode(buffer).toString());
        if (thrownOnNext != null) {
            throw thrownOnNext;
        }
    }

    @Override
    public void onError(Throwable error) {
        this.error = error;
    }

    @Override
    public void onComplete() {
        completed = true;
    }
}
