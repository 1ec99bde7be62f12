package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.BillingState;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** What the streaming model keeps of a generation: demand, cancellation, the charge, the text so far. On whichever transport. */
abstract class StreamingContract {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("hello")).build();
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Carrier carrier;
    private LocalNeuralBox service;

    StreamingContract(Carrier carrier) {
        this.carrier = carrier;
    }

    @BeforeEach
    void start() {
        service = LocalNeuralBox.builder()
                .deltas(List.of("Here", " are", " three"))
                .start();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void nothingIsSentBeforeSomethingIsAskedFor() {
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.withoutDemand();
        model().chat(REQUEST).subscribe(events);
        events.awaitSubscription();

        // The clock: a whole answer of another subscription passes meanwhile.
        RecordingSubscriber<ChatModelStreamingEvent> other = RecordingSubscriber.unbounded();
        model().chat(REQUEST).subscribe(other);
        other.awaitCompletion();

        assertThat(service.requestCount()).isEqualTo(1);
    }

    @Test
    void whoAsksForOneEventGetsOneAndHoldsTheServiceBack() {
        List<String> deltas = Collections.nCopies(2_048, "a".repeat(16 * 1024)); // 32 MiB
        try (LocalNeuralBox large = LocalNeuralBox.builder().deltas(deltas).start()) {
            NeuralBoxStreamingChatModel model = model(large);
            RecordingSubscriber<ChatModelStreamingEvent> held = RecordingSubscriber.withoutDemand();
            model.chat(REQUEST).subscribe(held);
            held.request(1);
            held.awaitItems(1);

            // The clock: as much moves on another answer. Half of this one would not fit into the kernel's buffers.
            RecordingSubscriber<ChatModelStreamingEvent> other = RecordingSubscriber.unbounded();
            model.chat(REQUEST).subscribe(other);
            other.awaitCompletion();

            assertThat(held.items())
                    .hasOnlyElementsOfType(PartialResponse.class)
                    .hasSize(1);
            assertThat(large.deltasSent()).isLessThan(2_048 + 1_024);
            held.request(Long.MAX_VALUE);
            assertThat(held.awaitCompletion()).hasSize(2_048 + 1);
        }
    }

    @Test
    void piecesArriveWhileTheServiceIsStillGenerating() {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(150, gate));
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.unbounded();

        model().chat(REQUEST).subscribe(events);

        assertThat(events.awaitItems(1).get(0)).isEqualTo(new PartialResponse("Here"));
        assertThat(service.generations(Outcome.COMPLETED)).isZero();
        gate.open();
        assertThat(events.awaitCompletion()).last().isInstanceOf(CompleteResponse.class);
    }

    @Test
    void cancellingTheSubscriptionStopsThePaidStream() {
        service.misbehave(Fault.endless());
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.withoutDemand();
        model().chat(REQUEST).subscribe(events);
        events.request(2);
        events.awaitItems(2);

        events.cancel();

        service.awaitDisconnect(SOON);
        assertThat(events.isTerminated()).isFalse();
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void subscriberThatThrowsStopsThePaidStreamAndGetsNoError() {
        service.misbehave(Fault.endless());
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.<ChatModelStreamingEvent>unbounded()
                .onItem(event -> {
                    throw new IllegalStateException("hostile");
                });

        model().chat(REQUEST).subscribe(events);

        service.awaitDisconnect(SOON);
        assertThat(events.items()).hasSize(1);
        assertThat(events.isTerminated()).isFalse();
    }

    @Test
    void handlerIsToldThePiecesAndThenTheWholeAnswerWithItsBill() throws Exception {
        RecordingHandler handler = new RecordingHandler();

        model().chat(REQUEST, handler);

        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("Here are three");
        assertThat(handler.pieces()).containsExactly("Here", " are", " three");
        NeuralBoxChatResponseMetadata metadata =
                (NeuralBoxChatResponseMetadata) handler.awaitResponse().metadata();
        assertThat(metadata.billing().creditsUsed()).isEqualByComparingTo("3");
        assertThat(metadata.billing().balanceRemaining()).isEqualByComparingTo("297");
        assertThat(metadata.id()).startsWith("gen_");
        assertThat(metadata.modelName()).isEqualTo("gpt-5");
        assertThat(metadata.rateLimits().hourlyLimit()).isEqualTo(1_000_000);
        assertThat(handler.errors()).isEmpty();
    }

    @Test
    void creditsAreNotReportedAsTokens() throws Exception {
        RecordingHandler handler = new RecordingHandler();

        model().chat(REQUEST, handler);

        assertThat(handler.awaitResponse().tokenUsage()).isNull();
        assertThat(handler.awaitResponse().finishReason()).isNull();
    }

    @Test
    void handleStopsThePaidStreamInTheMiddle() throws Exception {
        service.misbehave(Fault.endless());
        BlockingQueue<StreamingHandle> handles = new ArrayBlockingQueue<>(1);
        RecordingHandler handler = new RecordingHandler().onPiece(context -> handles.offer(context.streamingHandle()));
        model().chat(REQUEST, handler);
        StreamingHandle handle = handles.poll(10, TimeUnit.SECONDS);

        handle.cancel();

        service.awaitDisconnect(SOON);
        assertThat(handle.isCancelled()).isTrue();
        handler.assertNoResponse();
        assertThat(handler.errors()).isEmpty();
    }

    @Test
    void handleStopsThePaidStreamBeforeTheFirstEvent() {
        service.misbehave(Fault.stallAfter(0));
        RecordingHandler handler = new RecordingHandler();
        StreamingHandle handle = model().start(REQUEST, handler);
        service.awaitOpenStreams(1, Duration.ofSeconds(10));
        assertThat(handle.isCancelled()).isFalse();

        handle.cancel();

        service.awaitDisconnect(SOON);
        assertThat(handle.isCancelled()).isTrue();
        assertThat(handler.pieces()).isEmpty();
        assertThat(handler.errors()).isEmpty();
    }

    @Test
    void startedStreamIsTheSameAsAChat() throws Exception {
        RecordingHandler handler = new RecordingHandler();

        StreamingHandle handle = model().start(REQUEST, handler);

        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("Here are three");
        assertThat(handle.isCancelled()).isFalse();
    }

    @Test
    void whatAHandlerThrowsComesToItsOnErrorAndTheStreamGoesOn() throws Exception {
        RuntimeException hostile = new IllegalStateException("hostile");
        RecordingHandler handler = new RecordingHandler().onPiece(context -> {
            throw hostile;
        });

        model().chat(REQUEST, handler);

        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("Here are three");
        assertThat(handler.errors()).containsExactly(hostile, hostile, hostile);
    }

    @Test
    @Logs("a StreamingChatResponseHandler threw in onError")
    void whatAHandlerThrowsInOnErrorIsLoggedAndTheStreamGoesOn() throws Exception {
        RecordingHandler handler = new RecordingHandler()
                .onPiece(context -> {
                    throw new IllegalStateException("hostile");
                })
                .onError(error -> {
                    throw new IllegalStateException("more hostile");
                });

        model().chat(REQUEST, handler);

        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("Here are three");
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void anErrorOfAHandlerStopsThePaidStream() throws Exception {
        service.misbehave(Fault.endless());
        Error hostile = new StackOverflowError("hostile");
        RecordingHandler handler = new RecordingHandler().onPiece(context -> {
            throw hostile;
        });

        model().chat(REQUEST, handler);

        service.awaitDisconnect(SOON);
        assertThat(handler.awaitError())
                .isInstanceOf(NonRetriableException.class)
                .hasRootCause(hostile);
        handler.assertNoResponse();
    }

    @Test
    void hostileHandlerDoesNotReachAnotherStream() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        RecordingHandler hostile = new RecordingHandler().onPiece(context -> {
            Thread.currentThread().interrupt();
            interrupted.set(true);
            blocked.countDown();
        });
        model().chat(REQUEST, hostile);
        assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();

        RecordingHandler handler = new RecordingHandler();
        model().chat(REQUEST, handler);

        assertThat(handler.awaitResponse().aiMessage().text()).isEqualTo("Here are three");
        assertThat(interrupted).isTrue();
    }

    @Test
    void truncatedStreamIsAnErrorWithTheTextSoFar() throws Exception {
        service.misbehave(Fault.withoutEnd());
        RecordingHandler handler = new RecordingHandler();

        model().chat(REQUEST, handler);

        Throwable error = handler.awaitError();
        assertThat(error).isInstanceOf(NonRetriableException.class);
        assertThat(error.getCause()).isInstanceOfSatisfying(StreamBrokenException.class, broken -> {
            assertThat(broken.kind()).isEqualTo(StreamBrokenException.Kind.TRUNCATED);
            assertThat(broken.partial().text()).isEqualTo("Here are three");
            assertThat(broken.billingState()).isEqualTo(BillingState.UNKNOWN);
        });
        handler.assertNoResponse();
    }

    @Test
    void cutStreamIsAnErrorWithTheTextSoFarForAPublisherToo() {
        service.misbehave(Fault.cutAfter(200));
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.unbounded();

        model().chat(REQUEST).subscribe(events);

        Throwable error = events.awaitError();
        assertThat(error).isInstanceOf(NonRetriableException.class);
        assertThat(((NeuralBoxException) error.getCause()).partial().text())
                .isNotEmpty()
                .isEqualTo(text(events.items()));
    }

    @Test
    void failureThatCostNothingIsRetriable() throws Exception {
        service.misbehave(Fault.fail(1, "the model is overloaded"));
        RecordingHandler handler = new RecordingHandler();

        model().chat(REQUEST, handler);

        assertThat(handler.awaitError()).isInstanceOf(RetriableException.class);
        assertThat(service.creditsCharged()).isEqualByComparingTo(BigDecimal.ZERO);
    }

    @Test
    void whatTheServiceDoesNotHaveIsRefusedBeforeAnythingIsSent() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .topK(3)
                .build();

        assertThatThrownBy(() -> model().chat(request, new RecordingHandler()))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("topK");
        assertThatThrownBy(() -> model().start(request, new RecordingHandler()))
                .isInstanceOf(UnsupportedFeatureException.class);
        RecordingSubscriber<ChatModelStreamingEvent> events = RecordingSubscriber.unbounded();
        model().chat(request).subscribe(events);
        assertThat(events.awaitError()).isInstanceOf(UnsupportedFeatureException.class);
        assertThat(service.requestCount()).isZero();
    }

    @Test
    void contextOfEveryPieceHasTheHandleOfTheStream() throws Exception {
        BlockingQueue<PartialResponseContext> contexts = new ArrayBlockingQueue<>(3);
        RecordingHandler handler = new RecordingHandler().onPiece(contexts::add);

        StreamingHandle handle = model().start(REQUEST, handler);

        handler.awaitResponse();
        assertThat(contexts)
                .extracting(PartialResponseContext::streamingHandle)
                .containsExactly(handle, handle, handle);
    }

    private NeuralBoxStreamingChatModel model() {
        return model(service);
    }

    private NeuralBoxStreamingChatModel model(LocalNeuralBox service) {
        return NeuralBoxStreamingChatModel.builder(carrier.client(service))
                .modelName("gpt-5")
                .build();
    }

    private static String text(List<ChatModelStreamingEvent> events) {
        StringBuilder text = new StringBuilder();
        for (ChatModelStreamingEvent event : events) {
            text.append(((PartialResponse) event).text());
        }
        return text.toString();
    }
}
