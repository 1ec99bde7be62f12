package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.server.reactive.HttpHeadResponseDecorator;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxTracing;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What no page sees of a generation in WebFlux. The rest is in {@link NettyStreamingTest}. */
class GenerationResponseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final Started started = new Started();

    @AfterEach
    void stop() {
        service.close();
    }

    /** On an event loop, the observation of the request is in the subscriber's context alone. */
    @Test
    void generationBelongsToTheTraceOfItsRequest() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(started);
        Observation request = Observation.start("request", registry);
        try (NeuralBox neuralBox = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .listener(NeuralBoxTracing.create(registry))
                .build()) {
            StreamRelay relay = StreamRelay.of(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku")));

            GenerationResponse.write(relay, new MockServerHttpResponse())
                    .contextWrite(context -> context.put("micrometer.observation", request))
                    .block(PATIENCE);
        }

        assertThat(started.observations)
                .filteredOn(context -> "neuralbox.generation".equals(context.getName()))
                .singleElement()
                .satisfies(generation ->
                        assertThat(generation.getParentObservation()).isSameAs(request));
    }

    /** As of a HEAD request: the response completes, and its body is never subscribed to. */
    @Test
    void generationWhoseBodyNobodyReadsIsCancelled() {
        service.misbehave(Fault.endless());
        try (NeuralBox neuralBox = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .build()) {
            StreamRelay relay = StreamRelay.of(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku")));

            GenerationResponse.write(relay, new HttpHeadResponseDecorator(new MockServerHttpResponse()))
                    .block(PATIENCE);

            service.awaitDisconnect(Duration.ofSeconds(1));
        }
    }

    /** The generation has been sent by then. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void scopeHandlerThatThrowsTakesNothingAway(boolean opened) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onScopeOpened(Observation.Context context) {
                if (opened) {
                    throw new IllegalStateException("hostile");
                }
            }

            @Override
            public void onScopeClosed(Observation.Context context) {
                if (!opened) {
                    throw new IllegalStateException("hostile");
                }
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        Observation request = Observation.start("request", registry);
        MockServerHttpResponse response = new MockServerHttpResponse();
        try (NeuralBox neuralBox = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .build()) {
            StreamRelay relay = StreamRelay.of(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku")));

            GenerationResponse.write(relay, response)
                    .contextWrite(context -> context.put("micrometer.observation", request))
                    .block(PATIENCE);
        }

        assertThat(response.getBodyAsString().block(PATIENCE)).endsWith("data: [DONE]\n\n");
    }

    private static final class Started implements ObservationHandler<Observation.Context> {

        private final List<Observation.Context> observations = new CopyOnWriteArrayList<>();

        @Override
        public void onStart(Observation.Context context) {
            observations.add(context);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }
}
