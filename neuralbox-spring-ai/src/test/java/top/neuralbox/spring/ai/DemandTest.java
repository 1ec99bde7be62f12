package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.adapter.JdkFlowAdapter;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

/** There is no buffer between a subscriber and the client: nothing is asked for ahead. */
class DemandTest {

    private final FakeTransport transport = new FakeTransport()
            .answer(FakeAnswer.builder()
                    .header("Content-Type", "text/event-stream")
                    .chunk("data: {\"type\": \"generation_start\", \"id\": \"gen_1\"}\n\n")
                    .chunk("data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n")
                    .chunk("data: {\"type\": \"content_delta\", \"delta\": \" are\"}\n\n")
                    .chunk("data: {\"type\": \"content_delta\", \"delta\": \" three\"}\n\n")
                    .chunk("data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3}\n\n")
                    .build());
    private final CompletableFuture<GenerationOutcome.Kind> end = new CompletableFuture<>();
    private final NeuralBox neuralBox = NeuralBox.builder()
            .apiKey("nb_test")
            .baseUri(URI.create("http://localhost"))
            .transport(transport)
            .listener(info -> new GenerationListener.Observer() {
                @Override
                public void ended(GenerationOutcome outcome) {
                    end.complete(outcome.kind());
                }
            })
            .build();
    private final RecordingSubscriber<ChatResponse> subscriber = RecordingSubscriber.withoutDemand();

    @BeforeEach
    void subscribe() {
        NeuralBoxChatModel model = NeuralBoxChatModel.builder(neuralBox)
                .options(NeuralBoxChatOptions.builder().model("gpt-5").build())
                .build();
        JdkFlowAdapter.publisherToFlowPublisher(model.stream(new Prompt("hello")))
                .subscribe(subscriber);
    }

    @AfterEach
    void close() {
        neuralBox.close();
    }

    @Test
    void nothingIsSentBeforeTheFirstDemand() {
        assertThat(transport.requests()).isEmpty();

        subscriber.request(1);

        assertThat(subscriber.awaitItems(1)).hasSize(1);
    }

    @Test
    void piecesThatNobodyAskedForStayWithTheService() {
        subscriber.request(2);
        assertThat(subscriber.awaitItems(2)).hasSize(2);

        subscriber.cancel();

        // All of it is here, so a buffer in between would have read it to its end.
        assertThat(end).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(GenerationOutcome.Kind.CANCELLED);
    }
}
