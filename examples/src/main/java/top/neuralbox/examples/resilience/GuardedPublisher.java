package top.neuralbox.examples.resilience;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import top.neuralbox.GenerationEvent;

/** Asks a circuit breaker at the subscription, and reports to it how the stream ended. A cancelled stream is no result. */
public record GuardedPublisher(CircuitBreaker breaker, Flow.Publisher<GenerationEvent> events)
        implements Flow.Publisher<GenerationEvent> {

    @Override
    public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
        if (breaker.tryAcquirePermission()) {
            events.subscribe(new Reported(breaker, subscriber));
        } else {
            subscriber.onSubscribe(new Nothing());
            subscriber.onError(CallNotPermittedException.createCallNotPermittedException(breaker));
        }
    }

    private static final class Reported implements Flow.Subscriber<GenerationEvent> {

        private final CircuitBreaker breaker;
        private final Flow.Subscriber<? super GenerationEvent> subscriber;
        private final AtomicBoolean ended = new AtomicBoolean();
        private final long begin;

        Reported(CircuitBreaker breaker, Flow.Subscriber<? super GenerationEvent> subscriber) {
            this.breaker = breaker;
            this.subscriber = subscriber;
            this.begin = breaker.getCurrentTimestamp();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    subscription.request(n);
                }

                @Override
                public void cancel() {
                    if (ended.compareAndSet(false, true)) {
                        breaker.releasePermission();
                    }
                    subscription.cancel();
                }
            });
        }

        @Override
        public void onNext(GenerationEvent event) {
            subscriber.onNext(event);
        }

        @Override
        public void onError(Throwable error) {
            if (ended.compareAndSet(false, true)) {
                breaker.onError(elapsed(), breaker.getTimestampUnit(), error);
            }
            subscriber.onError(error);
        }

        @Override
        public void onComplete() {
            if (ended.compareAndSet(false, true)) {
                breaker.onSuccess(elapsed(), breaker.getTimestampUnit());
            }
            subscriber.onComplete();
        }

        private long elapsed() {
            return breaker.getCurrentTimestamp() - begin;
        }
    }

    private record Nothing() implements Flow.Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
