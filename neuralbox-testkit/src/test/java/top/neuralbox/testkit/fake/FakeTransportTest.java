package top.neuralbox.testkit.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

class FakeTransportTest {

    private final FakeTransport transport = new FakeTransport();

    @Test
    void answersAreTakenInOrder() {
        transport.answer(FakeAnswer.json(429, "{}")).answer(FakeAnswer.eventStream("data: 1\n\n", "data: 2\n\n"));

        TransportResponse first = head(start());
        TransportResponse second = head(start());

        assertThat(first.status()).isEqualTo(429);
        assertThat(second.header("content-type")).isEqualTo("text/event-stream");
        assertThat(texts(read(second).awaitCompletion())).containsExactly("data: 1\n\n", "data: 2\n\n");
        assertThat(transport.requests()).hasSize(2);
    }

    @Test
    void unansweredRequestGetsStatus501() {
        assertThat(head(start()).status()).isEqualTo(501);
    }

    @Test
    void sentIsToldOnceForARequestThatIsSent() {
        AtomicInteger sent = new AtomicInteger();
        transport.answer(FakeAnswer.noHead(Kind.LOST));

        TransportCall call =
                transport.start(request().onSent(sent::incrementAndGet).build());

        assertThat(sent).hasValue(1);
        assertThat(call.mayHaveBeenSent()).isTrue();
        assertThat(kind(call)).isEqualTo(Kind.LOST);
    }

    @Test
    void requestThatIsNotSentSaysSo() {
        AtomicInteger sent = new AtomicInteger();
        transport.answer(FakeAnswer.notSent(Kind.REFUSED));

        TransportCall call =
                transport.start(request().onSent(sent::incrementAndGet).build());

        assertThat(sent).hasValue(0);
        assertThat(call.mayHaveBeenSent()).isFalse();
        assertThat(kind(call)).isEqualTo(Kind.REFUSED);
    }

    @Test
    void demandIsHonoured() {
        transport.answer(FakeAnswer.eventStream("a", "b", "c"));
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
        head(start()).body().subscribe(body);

        body.request(2);

        assertThat(texts(body.items())).containsExactly("a", "b");
        assertThat(body.isTerminated()).isFalse();
        body.request(1);
        body.awaitCompletion();
        assertThat(transport.callsInFlight()).isZero();
    }

    @Test
    void demandOfZeroIsAnError() {
        transport.answer(FakeAnswer.eventStream("a"));
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
        head(start()).body().subscribe(body);

        body.request(0);

        assertThat(body.awaitError()).isInstanceOf(IllegalArgumentException.class);
        assertThat(transport.cancelledCalls()).isEqualTo(1);
    }

    @Test
    void gatesHoldTheHeadAndTheBodyBack() {
        Gate head = new Gate();
        Gate rest = new Gate();
        transport.answer(FakeAnswer.builder()
                .headAfter(head)
                .chunk("a")
                .await(rest)
                .chunk("b")
                .build());
        TransportCall call = start();

        assertThat(call.response().toCompletableFuture()).isNotDone();
        head.open();
        RecordingSubscriber<ByteBuffer> body = read(head(call));
        assertThat(texts(body.items())).containsExactly("a");
        rest.open();
        assertThat(texts(body.awaitCompletion())).containsExactly("a", "b");
    }

    @Test
    void bodyFailsAfterWhatCameBefore() {
        transport.answer(FakeAnswer.builder().chunk("a").fail(Kind.LOST).build());

        RecordingSubscriber<ByteBuffer> body = read(head(start()));

        assertThat(((TransportException) body.awaitError()).kind()).isEqualTo(Kind.LOST);
        assertThat(texts(body.items())).containsExactly("a");
        assertThat(transport.cancelledCalls()).isZero();
    }

    @Test
    void cancelOfTheSubscriptionIsSilentAndCounted() {
        transport.answer(FakeAnswer.builder().chunk("a").hold().build());
        RecordingSubscriber<ByteBuffer> body = read(head(start()));

        body.cancel();
        body.cancel();

        assertThat(body.isTerminated()).isFalse();
        assertThat(transport.cancelledCalls()).isEqualTo(1);
        assertThat(transport.callsInFlight()).isZero();
    }

    @Test
    void cancelOfTheCallEndsHeadAndBody() {
        transport.answerAlways(FakeAnswer.builder().headAfter(new Gate()).build());
        TransportCall waiting = start();
        transport.answerAlways(FakeAnswer.builder().hold().build());
        TransportCall reading = start();
        RecordingSubscriber<ByteBuffer> body = read(head(reading));

        waiting.cancel();
        reading.cancel();

        assertThat(kind(waiting)).isEqualTo(Kind.CANCELLED);
        assertThat(((TransportException) body.awaitError()).kind()).isEqualTo(Kind.CANCELLED);
        assertThat(transport.cancelledCalls()).isEqualTo(2);
    }

    @Test
    void cancelAfterTheEndIsNotCounted() {
        transport.answer(FakeAnswer.eventStream("a"));
        TransportCall call = start();
        read(head(call)).awaitCompletion();

        call.cancel();

        assertThat(transport.cancelledCalls()).isZero();
    }

    @Test
    void closeEndsWhatIsInFlightAndWhatComesLater() {
        transport.answerAlways(FakeAnswer.builder().hold().build());
        RecordingSubscriber<ByteBuffer> body = read(head(start()));

        transport.close();
        TransportCall later = start();

        assertThat(((TransportException) body.awaitError()).kind()).isEqualTo(Kind.CLOSED);
        assertThat(kind(later)).isEqualTo(Kind.CLOSED);
        assertThat(later.mayHaveBeenSent()).isFalse();
    }

    @Test
    void subscriberThatThrowsCancelsItsCall() {
        transport.answer(FakeAnswer.eventStream("a", "b"));
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
        body.onItem(item -> {
            throw new IllegalStateException("thrown by a test");
        });

        head(start()).body().subscribe(body);

        assertThat(body.items()).hasSize(1);
        assertThat(transport.cancelledCalls()).isEqualTo(1);
    }

    @Test
    void secondSubscriberIsRefused() {
        transport.answer(FakeAnswer.eventStream("a"));
        TransportResponse response = head(start());

        read(response).awaitCompletion();

        assertThat(read(response).awaitError()).isInstanceOf(IllegalStateException.class);
    }

    private TransportCall start() {
        return transport.start(request().build());
    }

    private static TransportRequest.Builder request() {
        return TransportRequest.builder("POST", URI.create("https://neuralbox.invalid/api/v2/generate"));
    }

    private static TransportResponse head(TransportCall call) {
        return call.response().toCompletableFuture().join();
    }

    private static Kind kind(TransportCall call) {
        try {
            call.response().toCompletableFuture().join();
            throw new AssertionError("the call did not fail");
        } catch (CompletionException e) {
            return ((TransportException) e.getCause()).kind();
        }
    }

    private static RecordingSubscriber<ByteBuffer> read(TransportResponse response) {
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.unbounded();
        response.body().subscribe(body);
        return body;
    }

    private static List<String> texts(List<ByteBuffer> buffers) {
        return buffers.stream()
                .map(buffer -> StandardCharsets.UTF_8.decode(buffer.duplicate()).toString())
                .toList();
    }
}
