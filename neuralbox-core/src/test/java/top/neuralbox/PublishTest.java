package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.TransportException;

/** Reactive Streams of {@link NeuralBox#publish} beyond what the TCK asks. */
class PublishTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final RecordingListener listener = new RecordingListener();
    private final NeuralBox client =
            transport.client(new ManualDelayer()).listener(listener).build();

    @Test
    void nothingIsSentBeforeTheFirstEventIsAskedFor() {
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(0));
        assertThat(transport.calls).isEmpty();
        assertThat(listener.heard).isEmpty();
        subscriber.request(1);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void eachSubscriptionIsACallOfItsOwn() {
        Flow.Publisher<GenerationEvent> publisher = client.publish(REQUEST);
        publisher.subscribe(RecordingSubscriber.asking(1));
        publisher.subscribe(RecordingSubscriber.asking(1));
        assertThat(transport.calls).hasSize(2);
    }

    @Test
    void subscriptionThatIsCancelledUnaskedCostsNothing() {
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.onSubscribe(Flow.Subscription::cancel));
        assertThat(transport.calls).isEmpty();
        assertThat(subscriber.terminals()).isZero();
    }

    @Test
    void noMoreEventsAreHandedOverThanAskedFor() {
        transport.next(call -> call.stream().start().delta("a").delta("b").delta("c"));
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(1));
        assertThat(subscriber.events).hasSize(1);
        subscriber.request(2);
        assertThat(subscriber.events).hasSize(3);
    }

    @Test
    void completionNeedsNoFurtherDemand() {
        transport.next(StubTransport.StubCall::story);
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(3));
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void failureNeedsNoFurtherDemand() {
        transport.next(call -> call.stream().start().event("{\"type\": \"error\", \"message\": \"no\"}"));
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(1));
        assertThat(subscriber.errors).singleElement().isInstanceOf(GenerationFailedException.class);
    }

    @Test
    void failureWaitsForTheEventsBeforeIt() {
        transport.next(call -> call.stream().start().delta("a").event("{\"type\": \"error\", \"message\": \"no\"}"));
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(1));
        assertThat(subscriber.terminals()).isZero();
        subscriber.request(1);
        assertThat(subscriber.events).hasSize(2);
        assertThat(subscriber.errors).hasSize(1);
    }

    @Test
    void noMoreIsReadThanOneEventAheadAndTheWindow() {
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(1));
        StubTransport.StubCall call = transport.call(0).stream().start();
        for (int i = 0; i < 100; i++) {
            call.delta("word ");
        }
        assertThat(subscriber.events).hasSize(1);
        assertThat(100 - call.undelivered()).isLessThanOrEqualTo(BodyInbox.WINDOW + 1);
    }

    @Test
    void askingFromInsideOnNextDoesNotDeepenTheStack() {
        int length = 50_000;
        transport.next(call -> {
            call.stream();
            for (int i = 1; i < length; i++) {
                call.delta("a");
            }
            call.end().done().finish();
        });
        RecordingSubscriber subscriber = RecordingSubscriber.asking(1);
        Deepest deepest = new Deepest();
        subscriber.onNext(event -> {
            deepest.look();
            subscriber.request(1);
        });
        subscribe(subscriber);
        assertThat(subscriber.events).hasSize(length);
        assertThat(subscriber.completed()).isTrue();
        assertThat(deepest.frames).isLessThan(200);
    }

    /** However the demand divides what has arrived, the rest of a chunk comes before the chunk that arrives next. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void chunkThatArrivesComesBehindWhatWasNotWantedYet(int wanted) {
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(1));
        StubTransport.StubCall call = transport.call(0).stream().start();
        if (wanted > 0) {
            subscriber.request(wanted);
        }
        call.chunk(deltas("a", "b", "c")).chunk(deltas("d", "e")).chunk(deltas("f"));
        subscriber.request(Long.MAX_VALUE);
        call.chunk(deltas("g"));

        assertThat(subscriber.events.stream().skip(1))
                .extracting(event -> ((GenerationEvent.Delta) event).text())
                .containsExactly("a", "b", "c", "d", "e", "f", "g");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void demandThatIsNotPositiveIsAnErrorAndStopsTheCall(long demand) {
        transport.next(call -> call.stream().start());
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(1));
        subscriber.request(demand);
        assertThat(subscriber.errors)
                .singleElement()
                .isInstanceOf(IllegalArgumentException.class)
                .asString()
                .contains("rule 3.9");
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void demandBeyondAllNumbersIsUnbounded() {
        transport.next(StubTransport.StubCall::story);
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.onSubscribe(subscription -> {
            subscription.request(Long.MAX_VALUE);
            subscription.request(Long.MAX_VALUE);
        }));
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void cancelStopsTheCallAndTheSignals() {
        transport.next(call -> call.stream().start());
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(Long.MAX_VALUE));
        subscriber.subscription.cancel();
        transport.call(0).delta("late").end().done();
        assertThat(subscriber.events).hasSize(1);
        assertThat(subscriber.terminals()).isZero();
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.CANCELLED);
    }

    @Test
    void cancelFromInsideOnNextIsTheLastSignal() {
        transport.next(StubTransport.StubCall::story);
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
        subscriber.onNext(event -> subscriber.subscription.cancel());
        subscribe(subscriber);
        assertThat(subscriber.events).hasSize(1);
        assertThat(subscriber.terminals()).isZero();
    }

    @Test
    void cancelAfterTheEndDoesNothing() {
        transport.next(StubTransport.StubCall::story);
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(Long.MAX_VALUE));
        subscriber.subscription.cancel();
        subscriber.request(1);
        assertThat(transport.call(0).cancels()).isZero();
        assertThat(listener.outcome().kind()).isEqualTo(GenerationOutcome.Kind.COMPLETED);
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void subscriberThatThrowsIsToldWhatItThrewAndNothingElse() {
        transport.next(StubTransport.StubCall::story);
        RuntimeException thrown = new IllegalStateException("mine");
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE)
                .onNext(event -> {
                    throw thrown;
                });
        subscribe(subscriber);
        assertThat(subscriber.events).hasSize(1);
        assertThat(subscriber.errors).singleElement().isInstanceOfSatisfying(GenerationCancelledException.class, e -> {
            assertThat(e.reason()).isEqualTo(GenerationCancelledException.Reason.CALLER);
            assertThat(e).hasCause(thrown);
        });
        assertThat(transport.call(0).cancels()).isPositive();
        assertThat(listener.outcome().listenerErrors()).isEqualTo(1);
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void subscriberThatThrowsAnErrorHarmsNoOtherCall() {
        transport.next(StubTransport.StubCall::story).next(StubTransport.StubCall::story);
        subscribe(RecordingSubscriber.asking(Long.MAX_VALUE).onNext(event -> {
            throw new StackOverflowError();
        }));
        assertThat(subscribe(RecordingSubscriber.asking(Long.MAX_VALUE)).completed())
                .isTrue();
    }

    @Test
    @Logs("a Flow.Subscriber of a generation threw")
    void subscriberThatThrowsInOnSubscribeIsCancelled() {
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.onSubscribe(subscription -> {
            subscription.request(1);
            throw new IllegalStateException("mine");
        }));
        assertThat(transport.calls).isEmpty();
        assertThat(subscriber.events).isEmpty();
    }

    @Test
    void lossAfterTheEndEventStillCompletes() {
        transport.next(call -> call.stream().start().end().fail(TransportException.Kind.LOST));
        RecordingSubscriber subscriber = subscribe(RecordingSubscriber.asking(Long.MAX_VALUE));
        assertThat(subscriber.completed()).isTrue();
    }

    @Test
    void nullsAreRefusedByName() {
        assertThatThrownBy(() -> client.publish(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("request");
        assertThatThrownBy(() -> client.publish(REQUEST).subscribe(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("subscriber");
    }

    private RecordingSubscriber subscribe(RecordingSubscriber subscriber) {
        client.publish(REQUEST).subscribe(subscriber);
        return subscriber;
    }

    private static final class Deepest {
        private int frames;
        private int looks;

        void look() {
            if (++looks % 1_000 == 0) {
                frames = Math.max(frames, new Throwable().getStackTrace().length);
            }
        }
    }

    private static ByteBuffer deltas(String... texts) {
        StringBuilder events = new StringBuilder();
        for (String text : texts) {
            events.append("data: {\"type\": \"content_delta\", \"delta\": \"")
                    .append(text)
                    .append("\"}\n\n");
        }
        return ByteBuffer.wrap(events.toString().getBytes(StandardCharsets.UTF_8));
    }
}
