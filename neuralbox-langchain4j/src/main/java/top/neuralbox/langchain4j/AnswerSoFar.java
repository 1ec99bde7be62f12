package top.neuralbox.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationSubscription;

/** What a stream has told so far: LangChain4j wants all of it once more at the end. */
final class AnswerSoFar {

    private final GenerationRequest request;
    private final StringBuilder text = new StringBuilder();
    private @Nullable String id;
    private @Nullable String model;
    private @Nullable GenerationSubscription subscription;

    AnswerSoFar(GenerationRequest request) {
        this.request = request;
    }

    /** The facts of the response are with the subscription. */
    void subscribed(Flow.Subscription subscription) {
        if (subscription instanceof GenerationSubscription own) {
            this.subscription = own;
        }
    }

    void started(GenerationEvent.Start start) {
        id = start.id();
        model = start.model();
    }

    void add(String piece) {
        text.append(piece);
    }

    ChatResponse complete(GenerationEvent.End end) {
        return ResponseMapping.response(
                text.toString(),
                NeuralBoxChatResponseMetadata.builder()
                        .id(end.id() == null ? id : end.id())
                        .modelName(ResponseMapping.modelName(model, request))
                        .billing(end.billing())
                        .requestId(subscription == null ? null : subscription.requestId())
                        .rateLimits(subscription == null ? null : subscription.rateLimits())
                        .build());
    }
}
