package top.neuralbox.spring.ai;

import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationSubscription;

/** One subscription's stream: a response for each piece, and one with the bill at the end. */
final class StreamedAnswer {

    /** Passes everything on. It is there for the subscription, which Reactor would wrap. */
    private record Tap(
            StreamedAnswer answer,
            UnaryOperator<Flow.Subscription> demand,
            Flow.Subscriber<? super GenerationEvent> subscriber)
            implements Flow.Subscriber<GenerationEvent> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            answer.facts = subscription instanceof GenerationSubscription own ? own : null;
            subscriber.onSubscribe(demand.apply(subscription));
        }

        @Override
        public void onNext(GenerationEvent event) {
            subscriber.onNext(event);
        }

        @Override
        public void onError(Throwable failure) {
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
        }
    }

    private final StringBuilder text = new StringBuilder();
    private @Nullable String id;
    private @Nullable String model;
    private @Nullable ChatResponse complete;
    private @Nullable GenerationSubscription facts;

    StreamedAnswer(GenerationRequest request) {
        this.model = request.model();
    }

    /**
     * The events, whose subscription has the facts of the response. It may be subscribed to once.
     *
     * @param demand makes the subscription that the subscriber gets
     */
    Flow.Publisher<GenerationEvent> of(
            Flow.Publisher<GenerationEvent> events, UnaryOperator<Flow.Subscription> demand) {
        return subscriber -> events.subscribe(new Tap(this, demand, subscriber));
    }

    /** The response that the event makes; null if it makes none. */
    @Nullable
    ChatResponse response(GenerationEvent event) {
        if (event instanceof GenerationEvent.Delta delta && !delta.text().isEmpty()) {
            text.append(delta.text());
            return ResponseMapping.response(delta.text(), id, model, null);
        }
        if (event instanceof GenerationEvent.Start start) {
            id = start.id();
            model = start.model() == null ? model : start.model();
        }
        return event instanceof GenerationEvent.End end ? end(end) : null;
    }

    /** All of the answer in one response; null if it has not ended. */
    @Nullable
    ChatResponse complete() {
        return complete;
    }

    private ChatResponse end(GenerationEvent.End end) {
        id = end.id() == null ? id : end.id();
        NeuralBoxChatMetadata told = new NeuralBoxChatMetadata(
                end.billing(), facts == null ? null : facts.requestId(), facts == null ? null : facts.rateLimits());
        complete = ResponseMapping.response(text.toString(), id, model, told);
        return ResponseMapping.response("", id, model, told);
    }
}
