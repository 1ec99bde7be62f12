package top.neuralbox.contract;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A subscriber that cancels in {@code onSubscribe}, and passes on all later signals. */
record CancelAtOnce(Flow.Subscriber<ByteBuffer> next) implements Flow.Subscriber<ByteBuffer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        next.onSubscribe(subscription);
        subscription.cancel();
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        next.onNext(buffer);
    }

    @Override
    public void onError(Throwable throwable) {
        next.onError(throwable);
    }

    @Override
    public void onComplete() {
        next.onComplete();
    }
}
