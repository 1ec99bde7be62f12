package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;

/** Tells a handler of LangChain4j all of a generation, and is the handle that cancels it. */
final class HandlerSubscriber implements Flow.Subscriber<GenerationEvent>, StreamingHandle {

    private static final System.Logger LOG = System.getLogger("top.neuralbox.langchain4j");

    private final StreamingChatResponseHandler handler;
    private final AnswerSoFar answer;
    private final PartialResponseContext context = new PartialResponseContext(this);
    private volatile Flow.@Nullable Subscription generation;
    private volatile boolean cancelled;

    HandlerSubscriber(StreamingChatResponseHandler handler, GenerationRequest request) {
        this.handler = handler;
        this.answer = new AnswerSoFar(request);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        generation = subscription;
        answer.subscribed(subscription);
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(GenerationEvent event) {
        // The client may have been inside of this subscriber while another thread cancelled.
        if (cancelled) {
            return;
        }
        try {
            tell(event);
        } catch (Exception e) {
            tellError(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (!cancelled) {
            tellError(FailureMapping.failure(failure));
        }
    }

    @Override
    public void onComplete() {
        // The handler was told with the last event.
    }

    @Override
    public void cancel() {
        cancelled = true;
        Flow.Subscription subscription = generation;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    private void tell(GenerationEvent event) {
        if (event instanceof GenerationEvent.Start start) {
            answer.started(start);
        } else if (event instanceof GenerationEvent.Delta delta) {
            if (!delta.text().isEmpty()) {
                answer.add(delta.text());
                handler.onPartialResponse(new PartialResponse(delta.text()), context);
            }
        } else if (event instanceof GenerationEvent.End end) {
            handler.onCompleteResponse(answer.complete(end));
        } else {
            handler.onUnmappedRawEvent(event);
        }
    }

    /** What it throws is ignored, as LangChain4j asks, but not concealed. */
    private void tellError(Throwable error) {
        try {
            handler.onError(error);
        } catch (Exception e) {
            log(e);
        }
    }

    /** An exception of the log would cancel the paid stream. */
    private static void log(Exception thrown) {
        try {
            LOG.log(System.Logger.Level.WARNING, "a StreamingChatResponseHandler threw in onError", thrown);
        } catch (RuntimeException logThrew) {
            return;
        }
    }
}
