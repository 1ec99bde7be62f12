package top.neuralbox.langchain4j.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.langchain4j.Carrier;
import top.neuralbox.langchain4j.NeuralBoxChatModel;
import top.neuralbox.langchain4j.NeuralBoxChatRequestParameters;
import top.neuralbox.langchain4j.NeuralBoxChatResponseMetadata;
import top.neuralbox.langchain4j.NeuralBoxStreamingChatModel;
import top.neuralbox.langchain4j.RecordingHandler;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The examples of docs/langchain4j.md, in a package of their own: like an application, they need the imports. */
class Langchain4jPageTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("Write a haiku")).build();

    private final LocalNeuralBox service = LocalNeuralBox.builder()
            .deltas(List.of("An", " old", " silent", " pond"))
            .start();
    private final NeuralBox neuralBox = Carrier.HTTPCLIENT.client(service);

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void threeLinesReplaceAnotherProvider() {
        ChatModel model =
                NeuralBoxChatModel.builder(neuralBox).modelName("gpt-5").build();

        assertThat(model.chat("Write a haiku")).isEqualTo("An old silent pond");
    }

    @Test
    void threeLinesReplaceAnotherProviderThatStreams() throws Exception {
        StreamingChatModel model = NeuralBoxStreamingChatModel.builder(neuralBox)
                .modelName("gpt-5")
                .build();

        RecordingHandler handler = new RecordingHandler();
        model.chat("Write a haiku", handler);
        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("An old silent pond");
    }

    @Test
    void assistantWithMemoryStreams() throws Exception {
        StreamingChatModel model = streaming();
        CopyOnWriteArrayList<String> pieces = new CopyOnWriteArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        Gate gate = new Gate();
        // Behind the first piece of the first answer.
        service.misbehave(Fault.stallAfter(150, gate));

        interface Assistant {
            TokenStream chat(String message);
        }

        Assistant assistant = AiServices.builder(Assistant.class)
                .streamingChatModel(model)
                .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
                .build();

        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        assistant
                .chat("Write a haiku")
                .onPartialResponse(piece -> {
                    pieces.add(piece);
                    first.countDown();
                })
                .onCompleteResponse(answer::complete)
                .onError(answer::completeExceptionally)
                .start();

        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(answer).isNotDone();
        gate.open();
        answer.get(10, TimeUnit.SECONDS);
        assertThat(pieces).containsExactly("An", " old", " silent", " pond");

        CompletableFuture<ChatResponse> second = new CompletableFuture<>();
        assistant
                .chat("And now about Java")
                .onPartialResponse(piece -> {})
                .onCompleteResponse(second::complete)
                .onError(second::completeExceptionally)
                .start();
        second.get(10, TimeUnit.SECONDS);
        assertThat(service.requests().get(1).text())
                .containsSubsequence("Write a haiku", "An old silent pond", "And now about Java");
    }

    @Test
    void structuredOutputWorksByThePrompt() {
        record Person(String name, int age) {}

        interface Extractor {
            Person extract(String text);
        }
        try (LocalNeuralBox json = LocalNeuralBox.builder()
                .deltas(List.of("{\"name\": \"Ada\",", " \"age\": 36}"))
                .start()) {
            Extractor extractor = AiServices.create(
                    Extractor.class,
                    NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(json))
                            .modelName("gpt-5")
                            .build());

            assertThat(extractor.extract("Ada is 36")).isEqualTo(new Person("Ada", 36));
            assertThat(json.requests().get(0).text()).contains("Ada is 36", "JSON");
        }
    }

    @Test
    void subscriberHoldsTheServiceBackAndCancels() {
        StreamingChatModel model = streaming();
        service.misbehave(Fault.endless());
        RecordingSubscriber<ChatModelStreamingEvent> subscriber = RecordingSubscriber.withoutDemand();

        Flow.Publisher<ChatModelStreamingEvent> events = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Write a haiku"))
                .build());
        events.subscribe(subscriber);

        subscriber.request(3);
        assertThat(subscriber.awaitItems(3)).hasSize(3);
        subscriber.cancel();
        service.awaitDisconnect(Duration.ofSeconds(2));
    }

    @Test
    void handleCancelsBeforeTheFirstPiece() {
        NeuralBoxStreamingChatModel model = streaming();
        RecordingHandler handler = new RecordingHandler();
        ChatRequest request = REQUEST;
        service.misbehave(Fault.stallAfter(0));

        StreamingHandle handle = model.start(request, handler);
        service.awaitOpenStreams(1, Duration.ofSeconds(10));
        handle.cancel();

        service.awaitDisconnect(Duration.ofSeconds(2));
    }

    @Test
    void requestTellsTheTenantAndTheAnswerItsBill() {
        ChatModel model =
                NeuralBoxChatModel.builder(neuralBox).modelName("gpt-5").build();

        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Write a haiku"))
                .parameters(NeuralBoxChatRequestParameters.builder()
                        .tenant("acme")
                        .estimatedCredits(BigDecimal.TEN)
                        .maxOutputTokens(200)
                        .build())
                .build());
        NeuralBoxChatResponseMetadata metadata = (NeuralBoxChatResponseMetadata) response.metadata();
        BigDecimal cost = metadata.billing().creditsUsed();
        BigDecimal left = metadata.billing().balanceRemaining();

        assertThat(cost).isEqualByComparingTo("3");
        assertThat(left).isEqualByComparingTo("297");
    }

    @Test
    void errorTellsTheChargeAndTheTextSoFar() {
        ChatModel model =
                NeuralBoxChatModel.builder(neuralBox).modelName("gpt-5").build();
        StringBuilder shown = new StringBuilder();
        service.misbehave(Fault.withoutEnd());
        assertThatThrownBy(() -> model.chat("Write a haiku")).isNotInstanceOf(RetriableException.class);
        service.misbehave(Fault.withoutEnd());

        try {
            model.chat("Write a haiku");
        } catch (RetriableException e) {
            shown.append("nothing was charged, it may be sent again");
        } catch (LangChain4jException e) {
            if (e.getCause() instanceof NeuralBoxException cause) {
                shown.append(cause.partial().text()).append(" […] ").append(cause.billingState());
            }
        }

        assertThat(shown).hasToString("An old silent pond […] UNKNOWN");
    }

    private NeuralBoxStreamingChatModel streaming() {
        return NeuralBoxStreamingChatModel.builder(neuralBox).modelName("gpt-5").build();
    }
}
