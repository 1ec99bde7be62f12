package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import top.neuralbox.BillingState;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** What a stream of the model keeps of a generation: demand, cancellation, the charge, the text so far. On whichever transport. */
abstract class StreamingContract {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Carrier carrier;
    private LocalNeuralBox service;
    private NeuralBoxChatModel model;

    StreamingContract(Carrier carrier) {
        this.carrier = carrier;
    }

    @BeforeEach
    void start() {
        service = LocalNeuralBox.builder()
                .deltas(List.of("Here", " are", " three"))
                .start();
        model = NeuralBoxChatModel.builder(carrier.client(service))
                .options(ChatOptions.builder().model("gpt-5").build())
                .build();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void eachPieceIsAResponseAndTheLastHasTheBill() {
        List<ChatResponse> responses =
                model.stream(new Prompt("hello")).collectList().block(LONG);

        assertThat(responses)
                .extracting(response -> response.getResult().getOutput().getText())
                .containsExactly("Here", " are", " three", "");
        ChatResponse last = responses.get(3);
        assertThat(NeuralBoxChatMetadata.of(last).billing().creditsUsed()).isEqualByComparingTo("3");
        assertThat(NeuralBoxChatMetadata.of(last).requestId()).isNotBlank();
        assertThat(NeuralBoxChatMetadata.of(last).rateLimits().hourlyLimit()).isPositive();
        assertThat(NeuralBoxChatMetadata.of(responses.get(0))).isNull();
        assertThat(last.getMetadata().getId()).isNotBlank();
        assertThat(last.getMetadata().getModel()).isEqualTo("gpt-5");
    }

    @Test
    void creditsAreNotToldAsTokensNorAReasonMadeUp() {
        ChatResponse last = model.stream(new Prompt("hello")).blockLast(LONG);

        assertThat(last.getMetadata().getUsage()).isInstanceOf(EmptyUsage.class);
        assertThat(last.getResult().getMetadata().getFinishReason()).isNull();
    }

    @Test
    void subscriberGetsWhatItAskedForAndItsCancelStopsThePaidStream() {
        service.misbehave(Fault.endless());
        RecordingSubscriber<ChatResponse> subscriber = RecordingSubscriber.withoutDemand();
        subscribe(model.stream(new Prompt("hello")), subscriber);

        subscriber.request(3);

        assertThat(subscriber.awaitItems(3)).hasSize(3);
        subscriber.cancel();
        service.awaitDisconnect(SOON);
    }

    @Test
    void takeStopsThePaidStreamWithinASecond() {
        service.misbehave(Fault.endless());

        List<ChatResponse> taken =
                model.stream(new Prompt("hello")).take(2).collectList().block(LONG);

        service.awaitDisconnect(SOON);
        assertThat(taken).hasSize(2);
        assertThat(service.generations(Outcome.DISCONNECTED)).isEqualTo(1);
    }

    @Test
    void eachSubscriptionIsOneCall() {
        Flux<ChatResponse> answers = model.stream(new Prompt("hello"));

        answers.blockLast(LONG);
        answers.blockLast(LONG);

        assertThat(service.requestCount()).isEqualTo(2);
    }

    @Test
    void truncatedStreamIsAnErrorWithTheTextSoFar() {
        service.misbehave(Fault.withoutEnd());

        assertThatThrownBy(() -> model.stream(new Prompt("hello")).blockLast(LONG))
                .isExactlyInstanceOf(NonTransientAiException.class)
                .cause()
                .isInstanceOfSatisfying(StreamBrokenException.class, cause -> {
                    assertThat(cause.partial().text()).isEqualTo("Here are three");
                    assertThat(cause.billingState()).isEqualTo(BillingState.UNKNOWN);
                });
    }

    @Test
    void refusalThatWasNotChargedIsTransient() {
        service.misbehave(Fault.refuse(503, "model_unavailable", "busy"));

        assertThatThrownBy(() -> model.stream(new Prompt("hello")).blockLast(LONG))
                .isExactlyInstanceOf(TransientAiException.class)
                .hasCauseInstanceOf(NeuralBoxException.class);
    }

    @Test
    void unsupportedOptionIsAnErrorOfTheStreamAndNothingIsSent() {
        Prompt prompt = new Prompt("hello", ChatOptions.builder().topK(5).build());

        assertThatThrownBy(() -> model.stream(prompt).blockLast(LONG))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("topK");
        assertThat(service.requestCount()).isZero();
    }

    private static void subscribe(Flux<ChatResponse> answers, RecordingSubscriber<ChatResponse> subscriber) {
        JdkFlowAdapter.publisherToFlowPublisher(answers).subscribe(subscriber);
    }
}
