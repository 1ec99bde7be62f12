package top.neuralbox.spring.ai;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import top.neuralbox.GenerationEvent;

/**
 * The observation of one stream. It is current during the subscription and the first demand, which send the generation, so that the
 * client's own observation and the trace context in the request belong to it. A stream has no thread of its own, so it is not
 * current later.
 */
final class StreamObservation {

    private static final int STOPPED = 1;
    private static final int SCOPE = 2;

    private final FencedObservation observation;
    private final ChatModelObservationContext context;
    private final StreamedAnswer answer;

    /**
     * {@link #STOPPED}, and {@link #SCOPE} for each open scope. A scope must not end after its observation. So if the stream stops
     * within a scope, the scope's thread stops the observation.
     */
    private final AtomicInteger state = new AtomicInteger();

    StreamObservation(FencedObservation observation, ChatModelObservationContext context, StreamedAnswer answer) {
        this.observation = observation;
        this.context = context;
        this.answer = answer;
    }

    /** The events of the stream. They may be subscribed to once. */
    Flow.Publisher<GenerationEvent> of(Flow.Publisher<GenerationEvent> events) {
        Flow.Publisher<GenerationEvent> tapped = answer.of(events, Scoped::new);
        return subscriber -> inScope(() -> tapped.subscribe(subscriber));
    }

    void error(Throwable failure) {
        observation.error(failure);
    }

    /** Idempotent. Called from any thread. */
    void stop() {
        if (state.getAndUpdate(now -> now | STOPPED) == 0) {
            finish();
        }
    }

    private void inScope(Runnable sends) {
        if (!enter()) {
            sends.run();
            return;
        }
        Runnable close = observation.open();
        try {
            sends.run();
        } finally {
            close.run();
            if (state.addAndGet(-SCOPE) == STOPPED) {
                finish();
            }
        }
    }

    private boolean enter() {
        int seen = state.get();
        while ((seen & STOPPED) == 0) {
            if (state.compareAndSet(seen, seen + SCOPE)) {
                return true;
            }
            seen = state.get();
        }
        return false;
    }

    private void finish() {
        ChatResponse complete = answer.complete();
        if (complete != null) {
            context.setResponse(complete);
        }
        observation.stop();
    }

    private final class Scoped implements Flow.Subscription {

        private final Flow.Subscription subscription;
        private final AtomicBoolean asked = new AtomicBoolean();

        Scoped(Flow.Subscription subscription) {
            this.subscription = subscription;
        }

        @Override
        public void request(long n) {
            if (asked.compareAndSet(false, true)) {
                inScope(() -> subscription.request(n));
            } else {
                subscription.request(n);
            }
        }

        @Override
        public void cancel() {
            // First: a handler may block, and the generation costs credits.
            subscription.cancel();
            stop();
        }
    }
}
