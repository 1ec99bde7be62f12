package top.neuralbox.contract;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A subscriber that runs one action as it is subscribed and one for each item. Each may throw. */
record Throwing(Runnable onSubscribed, Runnable onItem) implements Flow.Subscriber<ByteBuffer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        onSubscribed.run();
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        onItem.run();
    }

    @Override
    public void onError(Throwable throwable) {}

    @Override
    public void onComplete() {}
}
