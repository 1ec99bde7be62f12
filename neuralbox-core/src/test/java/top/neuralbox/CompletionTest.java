package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException.Kind;

/** The end of a generation: {@code generation_end} settles it, and what follows decides on the connection alone. */
class CompletionTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingListener listener = new RecordingListener();
    private final NeuralBox client = transport.client(clock).listener(listener).build();

    @Test
    void generateReturnsTheWholeGeneration() {
        transport.next(StubTransport.StubCall::story);
        Generation generation = client.generate(REQUEST);
        assertThat(generation.id()).isEqualTo("gen_1");
        assertThat(generation.model()).isEqualTo("gpt-5");
        assertThat(generation.text()).isEqualTo("Once");
        assertThat(generation.textTruncated()).isFalse();
        assertThat(generation.billing()).isEqualTo(Billing.of(new BigDecimal(3), new BigDecimal(297)));
        assertThat(generation.requestId()).isEqualTo("req-1");
    }

    @Test
    void generateThrowsTheFailureItself() {
        transport.next(call -> call.stream().finish());
        assertThatThrownBy(() -> client.generate(REQUEST)).isInstanceOf(StreamBrokenException.class);
    }

    @Test
    void futureFailsWithTheFailureItself() {
        transport.next(call -> call.stream().finish());
        CompletableFuture<Generation> result = client.generateAsync(REQUEST);
        assertThatThrownBy(result::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StreamBrokenException.class);
    }

    @Test
    void generateIsRefusedOnAnEventLoopWithWhatToCallInstead() {
        transport.loop = Thread.currentThread();
        assertThatThrownBy(() -> client.generate(REQUEST))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this would block the event loop "
                        + Thread.currentThread().getName() + "; call generateAsync there, or use another thread");
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void nullRequestIsRefusedByName() {
        assertThatThrownBy(() -> client.generate(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("request");
        assertThatThrownBy(() -> client.generateAsync(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("request");
        assertThatThrownBy(() -> client.stream(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("request");
    }

    @Test
    void futureIsSettledWithoutDone() {
        CompletableFuture<Generation> result = client.generateAsync(REQUEST);
        transport.call(0).stream().start().delta("Once").end();
        assertThat(result).isCompleted();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.COMPLETED);
    }

    @Test
    void silenceAfterTheEndEventCompletesTwoSecondsLater() {
        RecordingSubscriber subscriber = subscribe();
        transport.call(0).stream().start().end();
        clock.advance(Duration.ofMillis(1_999));
        assertThat(subscriber.terminals()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(subscriber.completed()).isTrue();
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.COMPLETED);
        assertThat(clock.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: nonsense\n\n",
                "data: {\"type\": \"error\", \"message\": \"late\"}\n\n",
                "data: {\"type\": \"content_delta\"}\n\n",
                "data: {\"type\": \"generation_end\", \"id\": \"gen_2\", \"tokens_used\": 9}\n\ndata: [DONE]\n\n",
                "data: {\"type\": \"content_delta\", \"delta\": \"late\"}\n\ndata: [DONE]\n\n",
                "",
            })
    void nothingAfterTheEndEventMakesItFail(String garbage) {
        RecordingSubscriber subscriber = subscribe();
        transport.call(0).stream().start().delta("Once").end().bytes(garbage).finish();
        assertThat(subscriber.completed()).isTrue();
        assertThat(subscriber.events).hasSize(3);
        assertThat(listener.outcome().billing().creditsUsed()).isEqualTo(new BigDecimal(3));
    }

    @Test
    void resetAfterTheEndEventMakesNoFailure() {
        RecordingSubscriber subscriber = subscribe();
        transport.call(0).stream().start().end().fail(Kind.LOST);
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void limitReachedAfterTheEndEventMakesNoFailure() {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
        transport
                .client(clock)
                .limits(Limits.builder().streamBytes(300).build())
                .build()
                .publish(REQUEST)
                .subscribe(subscriber);
        transport.call(0).stream().start().end().bytes(":" + "x".repeat(300));
        assertThat(subscriber.completed()).isTrue();
    }

    /** The limit falls into the comment: what lies before it counts, however the stream is cut into chunks. */
    @Test
    void eventsWithinTheLimitCountInTheChunkThatExceedsIt() {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
        transport
                .client(clock)
                .limits(Limits.builder().streamBytes(300).build())
                .build()
                .publish(REQUEST)
                .subscribe(subscriber);
        transport.call(0).stream()
                .bytes("data: {\"type\": \"content_delta\", \"delta\": \"Once\"}\n\n"
                        + "data: {\"type\": \"generation_end\", \"tokens_used\": 3}\n\n:" + "x".repeat(300));
        assertThat(subscriber.events).hasSize(2);
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void limitOfTheStreamIsReachedAfterTheEventsWithinIt() {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(1);
        transport
                .client(clock)
                .limits(Limits.builder().streamBytes(120).build())
                .build()
                .publish(REQUEST)
                .subscribe(subscriber);
        String delta = "data: {\"type\": \"content_delta\", \"delta\": \"Once\"}\n\n";
        transport.call(0).stream().bytes(delta + delta + delta);
        assertThat(subscriber.events).hasSize(1);
        subscriber.request(5);
        assertThat(subscriber.events).hasSize(2);
        assertThat(subscriber.errors).singleElement().isInstanceOfSatisfying(StreamBrokenException.class, error -> {
            assertThat(error.kind()).isEqualTo(StreamBrokenException.Kind.LIMIT);
            assertThat(error.partial().text()).isEqualTo("OnceOnce");
        });
    }

    @Test
    void secondStartIsPassedOver() {
        RecordingSubscriber subscriber = subscribe();
        transport.call(0).stream().start().start().end().done().finish();
        assertThat(subscriber.events).hasSize(2);
    }

    @Test
    void doneCompletesBeforeTheBodyEnds() {
        RecordingSubscriber subscriber = subscribe();
        transport.call(0).stream().start().end().done();
        assertThat(subscriber.completed()).isTrue();
        assertThat(transport.call(0).cancels()).isZero();
    }

    @Test
    void bodyThatEndsSoonKeepsTheConnection() {
        subscribe();
        transport.call(0).stream().start().end().done().bytes("x".repeat(8_192)).finish();
        clock.advance(Duration.ofSeconds(2));
        assertThat(transport.call(0).cancels()).isZero();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void tailLongerThan8KibLosesTheConnection() {
        subscribe();
        transport.call(0).stream().start().end().done().bytes("x".repeat(8_193));
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void tailThatTakesASecondLosesTheConnection() {
        subscribe();
        transport.call(0).stream().start().end().done();
        clock.advance(Duration.ofMillis(999));
        assertThat(transport.call(0).cancels()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void endlessTailInSmallPiecesLosesTheConnection() {
        subscribe();
        StubTransport.StubCall call = transport.call(0).stream().start().end().done();
        for (int i = 0; i < 1_000 && call.cancels() == 0; i++) {
            call.bytes("x".repeat(100));
        }
        assertThat(call.cancels()).isPositive();
    }

    @Test
    void bodyThatEndsWithoutDoneKeepsTheConnection() {
        subscribe();
        transport.call(0).stream().start().end().finish();
        assertThat(transport.call(0).cancels()).isZero();
        assertThat(clock.pending()).isZero();
    }

    @Test
    void billOfTheEndIsToldWithoutFiguresToo() {
        CompletableFuture<Generation> result = client.generateAsync(REQUEST);
        transport.call(0).stream()
                .event("{\"type\": \"generation_end\"}")
                .done()
                .finish();
        assertThat(result.join().billing()).isEqualTo(Billing.of(null, null));
        assertThat(listener.outcome().billingState()).isEqualTo(BillingState.CHARGED);
    }

    private RecordingSubscriber subscribe() {
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
        client.publish(REQUEST).subscribe(subscriber);
        return subscriber;
    }
}
