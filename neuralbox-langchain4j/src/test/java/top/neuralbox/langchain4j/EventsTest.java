package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.RawStreamingEvent;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** Events that LangChain4j does not know, or cannot carry. */
class EventsTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("hello")).build();
    private static final FakeAnswer ANSWER = FakeAnswer.builder()
            .header("Content-Type", "text/event-stream")
            .header("X-Request-Id", "req-7")
            .chunk("data: {\"type\": \"generation_start\", \"id\": \"gen_1\"}\n\n")
            .chunk("data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n")
            .chunk("data: {\"type\": \"thinking_delta\", \"delta\": \"hm\"}\n\n")
            .chunk("data: {\"type\": \"content_delta\", \"delta\": \"\"}\n\n")
            .chunk("data: {\"type\": \"content_delta\", \"delta\": \" are\"}\n\n")
            .chunk("data: {\"type\": \"generation_end\", \"tokens_used\": 3}\n\n")
            .build();

    private final NeuralBoxStreamingChatModel model = NeuralBoxStreamingChatModel.builder(NeuralBox.builder()
                    .apiKey("nb_test")
                    .baseUri(URI.create("http://localhost"))
                    .transport(new FakeTransport().answerAlways(ANSWER))
                    .build())
            .modelName("gpt-5")
            .build();

    @Test
    void subscriberGetsUnknownEventsAsRawOnesAndNoEmptyPieces() {
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.unbounded();

        model.chat(REQUEST).subscribe(events);

        List<ChatModelStreamingEvent> all = events.awaitCompletion();
        assertThat(all).hasSize(4);
        assertThat(all.get(0)).isEqualTo(new PartialResponse("Here"));
        assertThat(((RawStreamingEvent) all.get(1)).rawEvent())
                .isInstanceOfSatisfying(
                        GenerationEvent.Unknown.class,
                        unknown -> assertThat(unknown.type()).isEqualTo("thinking_delta"));
        assertThat(all.get(2)).isEqualTo(new PartialResponse(" are"));
        assertThat(((CompleteResponse) all.get(3)).chatResponse().aiMessage().text())
                .isEqualTo("Here are");
    }

    @Test
    void eventsThatAreNotHandedOnTakeNoDemand() {
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.withoutDemand();
        model.chat(REQUEST).subscribe(events);

        events.request(3);

        assertThat(events.awaitItems(3)).last().isEqualTo(new PartialResponse(" are"));
    }

    @Test
    void handlerGetsUnknownEventsAsRawOnesAndNoEmptyPieces() throws Exception {
        RecordingHandler handler = new RecordingHandler();

        model.chat(REQUEST, handler);

        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("Here are");
        assertThat(handler.pieces()).containsExactly("Here", " are");
        assertThat(handler.rawEvents())
                .hasOnlyElementsOfType(GenerationEvent.Unknown.class)
                .hasSize(1);
    }

    @Test
    void metadataNameTheRequestForAHandlerAndForASubscriber() throws Exception {
        RecordingHandler handler = new RecordingHandler();
        model.chat(REQUEST, handler);
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.unbounded();
        model.chat(REQUEST).subscribe(events);

        ChatResponse last = ((CompleteResponse) events.awaitCompletion().get(3)).chatResponse();
        assertThat(((NeuralBoxChatResponseMetadata) last.metadata()).requestId())
                .isEqualTo("req-7");
        assertThat(handler.awaitResponse().metadata()).isEqualTo(last.metadata());
    }

    @Test
    void modelThatWasAskedForIsNamedIfTheServiceDoesNotTell() throws Exception {
        RecordingHandler handler = new RecordingHandler();

        model.chat(REQUEST, handler);

        assertThat(handler.awaitResponse().modelName()).isEqualTo("gpt-5");
        assertThat(handler.awaitResponse().id()).isEqualTo("gen_1");
    }

    /** The client may be inside of the subscriber while another thread cancels. */
    @Test
    void handlerIsToldNothingThatComesAfterItsCancel() {
        RecordingHandler handler = new RecordingHandler();
        HandlerSubscriber subscriber = new HandlerSubscriber(handler, GenerationRequest.of("gpt-5", "hello"));
        subscriber.cancel();

        subscriber.onNext(new GenerationEvent.Delta("late"));
        subscriber.onError(new IllegalStateException("late"));

        assertThat(handler.pieces()).isEmpty();
        assertThat(handler.errors()).isEmpty();
    }
}
