package top.neuralbox;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.DemandSum;

/** A publisher that makes one paid call for each subscription, when the first event is requested. */
final class EventPublisher implements Flow.Publisher<GenerationEvent> {

    private final Function<EventSink, GenerationCall> calls;

    EventPublisher(Function<EventSink, GenerationCall> calls) {
        this.calls = calls;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        EventSubscription subscription = new EventSubscription(subscriber);
        GenerationCall call = calls.apply(subscription);
        subscription.call = call;
        try {
            subscriber.onSubscribe(subscription);
        } catch (Throwable t) {
            Log.subscriberThrew(t);
            subscription.cancel();
        }
        // The call does nothing before this line, so that no signal overtakes onSubscribe.
        call.open();
    }

    /** The subscription, which collects demand, and the sink, which signals the subscriber. */
    private static final class EventSubscription implements GenerationSubscription, EventSink {

        private static final AtomicLongFieldUpdater<EventSubscription> REQUESTED =
                AtomicLongFieldUpdater.newUpdater(EventSubscription.class, "requested");

        /** Created with the class, because a demand that found no memory would be lost. */
        private static final LongBinaryOperator SUM = DemandSum::of;

        private volatile long requested;
        private volatile boolean cancelled;
        private volatile @Nullable IllegalArgumentException violation;

        /** Set before any other code sees this object. */
        private @Nullable GenerationCall call;

        /** Only the thread that has the call's turn uses these two. The subscriber is dropped at the end (rule 3.13). */
        private Flow.@Nullable Subscriber<? super GenerationEvent> subscriber;

        private long delivered;

        EventSubscription(Flow.Subscriber<? super GenerationEvent> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                violation = new IllegalArgumentException("demand must be positive (Reactive Streams, rule 3.9): " + n);
                call().cancel(GenerationCancelledException.Reason.CALLER);
            } else {
                REQUESTED.accumulateAndGet(this, n, SUM);
                call().wanted();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            call().cancel(GenerationCancelledException.Reason.CALLER);
        }

        @Override
        public RateLimits rateLimits() {
            return call().rateLimits();
        }

        @Override
        public @Nullable String requestId() {
            return call().requestId();
        }

        @Override
        public ResponseHeaders responseHeaders() {
            return call().responseHeaders();
        }

        @Override
        public boolean pushes() {
            return true;
        }

        @Override
        public boolean wants() {
            return delivered < requested;
        }

        @Override
        public void event(GenerationEvent event) {
            Flow.Subscriber<? super GenerationEvent> receiver = subscriber;
            if (!cancelled && receiver != null) {
                delivered++;
                receiver.onNext(event);
            }
        }

        @Override
        public void ended(@Nullable NeuralBoxException error) {
            Flow.Subscriber<? super GenerationEvent> receiver = subscriber;
            Throwable cause = violation == null ? error : violation;
            subscriber = null;
            if (cancelled || receiver == null) {
                return;
            }
            if (cause == null) {
                receiver.onComplete();
            } else {
                receiver.onError(cause);
            }
        }

        @Override
        public void ready(GenerationCall call) {
            call.drive();
        }

        private GenerationCall call() {
            return Objects.requireNonNull(call);
        }
    }
}
