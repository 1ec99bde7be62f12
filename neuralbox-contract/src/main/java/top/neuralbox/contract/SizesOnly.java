package top.neuralbox.contract;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A subscriber that passes on the length of each buffer and drops the buffer. */
record SizesOnly(Flow.Subscriber<Integer> sizes) implements Flow.Subscriber<ByteBuffer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        sizes.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        sizes.onNext(buffer.remaining());
    }

    @Override
    public void onError(Throwable throwable) {
        sizes.onError(throwable);
    }

    @Override
    public void onComplete() {
        sizes.onComplete();
    }
}
