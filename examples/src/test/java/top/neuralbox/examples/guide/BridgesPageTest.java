package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Flowable;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.FlowAdapters;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;

/** The contract of the bridges is tested beside their package; these are the examples of the page. */
@ExtendWith(Guide.class)
class BridgesPageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final NeuralBox neuralBox = NeuralBox.create();
    private final Flow.Publisher<GenerationEvent> events =
            neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku"));

    @AfterEach
    void close() {
        neuralBox.close();
    }

    @Test
    void eventsAreSentOnDemand(Guide guide) {
        NeuralBox neuralBox = NeuralBox.create();
        Flow.Publisher<GenerationEvent> events = neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku"));

        assertThat(guide.service().requestCount()).isZero();
        assertThat(JdkFlowAdapter.flowPublisherToFlux(events).blockLast(PATIENCE))
                .isInstanceOf(GenerationEvent.End.class);
        assertThat(guide.service().requestCount()).isEqualTo(1);
        neuralBox.close();
    }

    @Test
    void reactorReadsTheText() {
        Flux<String> text = JdkFlowAdapter.flowPublisherToFlux(events)
                .ofType(GenerationEvent.Delta.class)
                .map(GenerationEvent.Delta::text);

        assertThat(text.collectList().block(PATIENCE)).startsWith("Here");
    }

    @Test
    void rxJavaReadsTheText() throws Exception {
        Flowable<String> text = Flowable.fromPublisher(FlowAdapters.toPublisher(events))
                .ofType(GenerationEvent.Delta.class)
                .map(GenerationEvent.Delta::text);

        assertThat(text.toList().toFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .startsWith("Here");
    }

    @Test
    void mutinyReadsTheText() {
        Multi<String> text = Multi.createFrom()
                .publisher(events)
                .filter(GenerationEvent.Delta.class::isInstance)
                .map(event -> ((GenerationEvent.Delta) event).text());

        assertThat(text.collect().asList().await().atMost(PATIENCE)).startsWith("Here");
    }

    @Test
    void threadThatMayWaitReadsTheText(Guide guide) {
        try (GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "Write a haiku"))) {
            for (String piece : stream.textDeltas()) {
                System.out.print(piece);
            }
        }

        assertThat(guide.printed()).startsWith("Here is a short story");
    }
}
