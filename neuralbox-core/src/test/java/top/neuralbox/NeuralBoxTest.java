package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;

class NeuralBoxTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final NeuralBox client = NeuralBox.builder()
            .apiKey("nb_test")
            .baseUri(URI.create("http://localhost"))
            .transport(transport)
            .delayer(clock)
            .callbacks(Runnable::run)
            .build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void streamHandsOutEventsInOrder() {
        transport.next(call ->
                call.stream().start().delta("Here").delta(" are").end().done().finish());
        List<GenerationEvent> events = new ArrayList<>();
        try (GenerationStream stream = client.stream(REQUEST)) {
            stream.forEach(events::add);
            assertThat(stream.result().text()).isEqualTo("Here are");
            assertThat(stream.result().billing()).isEqualTo(Billing.of(new BigDecimal(3), new BigDecimal(297)));
        }
        assertThat(events).hasSize(4);
        assertThat(events.get(1)).isEqualTo(new GenerationEvent.Delta("Here"));
        assertThat(clock.pending()).isZero();
    }

    @Test
    void truncatedStreamThrowsAfterItsEvents() {
        transport.next(call -> call.stream().start().delta("Here").finish());
        try (GenerationStream stream = client.stream(REQUEST)) {
            List<String> pieces = new ArrayList<>();
            assertThatThrownBy(() -> stream.textDeltas().forEach(pieces::add))
                    .isInstanceOfSatisfying(StreamBrokenException.class, e -> {
                        assertThat(e.kind()).isEqualTo(StreamBrokenException.Kind.TRUNCATED);
                        assertThat(e.partial().text()).isEqualTo("Here");
                        assertThat(e.partial().id()).isEqualTo("gen_1");
                        assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
                    });
            assertThat(pieces).containsExactly("Here");
        }
    }

    @Test
    void generateCompletesWithTheEndEvent() throws Exception {
        var result = client.generateAsync(REQUEST);
        transport.call(0).stream().start().delta("Hi");
        assertThat(result).isNotDone();
        transport.call(0).end();
        assertThat(result).isCompleted();
        assertThat(result.get().text()).isEqualTo("Hi");
    }

    @Test
    void cancelledStreamCancelsTheTransportCall() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).stream().start();
        stream.close();
        assertThat(transport.call(0).cancels()).isEqualTo(1);
        assertThatThrownBy(stream::text).isInstanceOf(GenerationCancelledException.class);
    }
}
