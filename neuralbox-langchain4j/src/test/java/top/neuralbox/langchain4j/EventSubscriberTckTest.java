package top.neuralbox.langchain4j;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import java.net.URI;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** The Reactive Streams rules for {@link NeuralBoxStreamingChatModel}'s publisher. */
public class EventSubscriberTckTest extends FlowPublisherVerification<ChatModelStreamingEvent> {

    private static final ChatRequest REQUEST = ChatRequest.builder()
            .messages(UserMessage.from("hello"))
            .modelName("gpt-5")
            .build();

    private final FakeTransport transport = new FakeTransport();
    private final NeuralBoxStreamingChatModel model = NeuralBoxStreamingChatModel.builder(NeuralBox.builder()
                    .apiKey("nb_test")
                    .baseUri(URI.create("http://localhost"))
                    .transport(transport)
                    .build())
            .build();

    public EventSubscriberTckTest() {
        super(new TestEnvironment(500, 50));
    }

    @Override
    public Flow.Publisher<ChatModelStreamingEvent> createFlowPublisher(long elements) {
        FakeAnswer.Builder answer = FakeAnswer.builder().header("Content-Type", "text/event-stream");
        answer.chunk("data: {\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}\n\n");
        for (long i = 1; i < elements; i++) {
            answer.chunk("data: {\"type\": \"content_delta\", \"delta\": \"word \"}\n\n");
        }
        // A generation that completes has at least its end, so the one without an event is one that fails.
        if (elements > 0) {
            answer.chunk("data: {\"type\": \"generation_end\", \"id\": \"gen_1\"}\n\ndata: [DONE]\n\n");
        }
        transport.answerAlways(answer.build());
        return model.doChat(REQUEST);
    }

    /** Null skips the rules for a publisher that fails before it is asked for anything: this one is not sent before. */
    @Override
    public Flow.Publisher<ChatModelStreamingEvent> createFailedFlowPublisher() {
        return null;
    }

    @Override
    public long maxElementsFromPublisher() {
        return 10_000;
    }
}
