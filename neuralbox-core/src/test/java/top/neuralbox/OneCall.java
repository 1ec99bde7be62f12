package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import top.neuralbox.UnexpectedResponseException.Reason;
import top.neuralbox.concurrent.ManualDelayer;

/** A client that sends once, and what one generation of it comes to. */
final class OneCall {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    final StubTransport transport = new StubTransport();
    final ManualDelayer clock = new ManualDelayer();
    Limits limits = Limits.defaults();

    /** The one failure that the script leads to, after which no timer is left. */
    NeuralBoxException failure(Consumer<StubTransport.StubCall> script) {
        RecordingSubscriber subscriber = subscribe(script);
        assertThat(subscriber.errors).hasSize(1);
        assertThat(clock.pending()).isZero();
        return (NeuralBoxException) subscriber.errors.get(0);
    }

    RecordingSubscriber subscribe(Consumer<StubTransport.StubCall> script) {
        transport.next(script);
        RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);
        transport
                .client(clock)
                .limits(limits)
                .retryPolicy(RetryPolicy.none())
                .build()
                .publish(REQUEST)
                .subscribe(subscriber);
        return subscriber;
    }

    static void assertBroken(NeuralBoxException error, StreamBrokenException.Kind kind) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        StreamBrokenException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    static void assertUnexpected(NeuralBoxException error, Reason reason) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        UnexpectedResponseException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
