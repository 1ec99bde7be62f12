package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.RawStreamingEvent;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;

/** Hands each event on as LangChain4j's, on the subscription of the generation itself. */
final class EventSubscriber implements Flow.Subscriber<GenerationEvent> {

    private final Flow.Subscriber<? super ChatModelStreamingEvent> downstream;
    private final AnswerSoFar answer;
    private Flow.@Nullable Subscription generation;

    EventSubscriber(Flow.Subscriber<? super ChatModelStreamingEvent> downstream, GenerationRequest request) {
        this.downstream = downstream;
        this.answer = new AnswerSoFar(request);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        generation = subscription;
        answer.subscribed(subscription);
        downstream.onSubscribe(subscription);
    }

    @Override
    public void onNext(GenerationEvent event) {
        if (event instanceof GenerationEvent.Delta delta && !delta.text().isEmpty()) {
            answer.add(delta.text());
            next(new PartialResponse(delta.text()));
        } else if (event instanceof GenerationEvent.End end) {
            next(new CompleteResponse(answer.complete(end)));
        } else if (event instanceof GenerationEvent.Unknown) {
            next(RawStreamingEvent.of(event));
        } else {
            if (event instanceof GenerationEvent.Start start) {
                answer.started(start);
            }
            // Whoever asked for one event still waits for it.
            generation().request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        downstream.onError(FailureMapping.failure(failure));
    }

    @Override
    public void onComplete() {
        downstream.onComplete();
    }

    private void next(ChatModelStreamingEvent event) {
        try {
            downstream.onNext(event);
        } catch (Throwable t) {
            // A subscriber that throws has cancelled (Reactive Streams, rule 2.13): it gets no error, which the client
            // would raise.
            generation().cancel();
            throw t;
        }
    }

    private Flow.Subscription generation() {
        if (generation == null) {
            throw new IllegalStateException("an event came before onSubscribe");
        }
        return generation;
    }
}
