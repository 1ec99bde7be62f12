package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/** One span a generation, closed whatever happens, with its context in the request: on OpenTelemetry and real sockets. */
class NeuralBoxTracingTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Ends ends = new Ends();
    private LocalNeuralBox service;
    private Transport transport;
    private NeuralBox client;

    @BeforeEach
    void start() {
        var otel = provider.get("test");
        OtelTracer tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), event -> {});
        var propagators = ContextPropagators.create(W3CTraceContextPropagator.getInstance());
        registry.observationConfig()
                .observationHandler(new DefaultMeterObservationHandler(meters))
                .observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, new OtelPropagator(propagators, otel)),
                        new DefaultTracingObservationHandler(tracer)));
        service = LocalNeuralBox.start();
        transport = HttpClientTransport.create();
        client = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(transport)
                .retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(1)).build())
                .listener(NeuralBoxTracing.create(registry))
                .listener(NeuralBoxMetrics.create(meters))
                .listener(ends)
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        transport.close();
        service.close();
        provider.close();
    }

    private static final class OwnConvention implements GlobalObservationConvention<GenerationObservationContext> {

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof GenerationObservationContext;
        }

        @Override
        public String getName() {
            return "chat.generation";
        }
    }

    @Test
    void conventionOfTheApplicationReplacesTheLibrarysOwn() {
        registry.observationConfig().observationConvention(new OwnConvention());

        client.generate(REQUEST);

        assertThat(meters.find("chat.generation").timer()).isNotNull();
        assertThat(meters.find("neuralbox.generation").timer()).isNull();
    }

    @Test
    void aGenerationIsOneClientSpanNamedByItsModel() {
        client.generate(REQUEST);
        SpanData span = onlySpan();
        assertThat(span.getName()).isEqualTo("chat gpt-5");
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(span.hasEnded()).isTrue();
        assertThat(attribute(span, "outcome")).isEqualTo("completed");
        assertThat(attribute(span, "gen_ai.request.model")).isEqualTo("gpt-5");
        assertThat(attribute(span, "neuralbox.credits.used")).isEqualTo("3");
        assertThat(Double.parseDouble(attribute(span, "gen_ai.response.time_to_first_chunk")))
                .isPositive();
    }

    @Test
    void theSpanIsAChildOfWhatIsCurrentWhereTheCallIsMade() {
        Observation parent = Observation.start("handle request", registry);
        parent.scoped(() -> client.generateAsync(REQUEST).join());
        parent.stop();
        ends.await();
        SpanData generation = span("chat gpt-5");
        SpanData request = span("handle request");
        assertThat(generation.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(generation.getTraceId()).isEqualTo(request.getTraceId());
    }

    @Test
    void theContextOfTheSpanGoesWithTheRequest() {
        client.generate(REQUEST);
        SpanData span = onlySpan();
        assertThat(traceparents()).containsExactly(contextOf(span));
    }

    @Test
    void eachAttemptCarriesTheContextOfTheOneSpan() {
        service.misbehave(Fault.refuse(503, "model_unavailable", "overloaded"));
        client.generate(REQUEST);
        SpanData span = onlySpan();
        assertThat(traceparents()).containsExactly(contextOf(span), contextOf(span));
        assertThat(attribute(span, "neuralbox.attempts")).isEqualTo("2");
    }

    @Test
    void aFailureIsAnErrorOfTheSpan() {
        service.misbehave(Fault.fail(1, "the provider gave up"));
        fail();
        SpanData span = onlySpan();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attribute(span, "outcome")).isEqualTo("failed");
        assertThat(attribute(span, "error.type")).isEqualTo("api_error");
    }

    /** Handlers are code of the application. The span is made by another one, which hears of the end after the error. */
    @Test
    @Logs(perhaps = "a GenerationListener threw")
    void theSpanEndsThoughAnotherHandlerThrowsWhenItHearsOfTheError() {
        registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onError(Observation.Context context) {
                throw new IllegalStateException("hostile");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        service.misbehave(Fault.fail(1, "the provider gave up"));
        fail();
        assertThat(onlySpan().hasEnded()).isTrue();
    }

    @Test
    @Logs(perhaps = "a GenerationListener threw")
    void theSpanEndsThoughAnotherHandlerThrowsWhenItHearsOfTheStart() {
        registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onStart(Observation.Context context) {
                throw new IllegalStateException("hostile");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        service.misbehave(Fault.fail(1, "the provider gave up"));
        fail();
        assertThat(onlySpan().hasEnded()).isTrue();
    }

    @Test
    void aRefusalIsNamedInTheStyleOfTheConventionAndInOurs() {
        service.misbehave(Fault.refuse(402, "insufficient_tokens", "no credits"));
        fail();
        SpanData span = onlySpan();
        assertThat(attribute(span, "error.type")).isEqualTo("402");
        assertThat(attribute(span, "neuralbox.error.type")).isEqualTo("http_402");
        assertThat(attribute(span, "http.response.status_code")).isEqualTo("402");
        assertThat(attribute(span, "gen_ai.response.model"))
                .as("nothing answered")
                .isNull();
    }

    @Test
    void aCompletedGenerationHasNoErrorType() {
        client.generate(REQUEST);
        assertThat(onlySpan().getAttributes().asMap())
                .doesNotContainKey(AttributeKey.stringKey("error.type"))
                .doesNotContainKey(AttributeKey.stringKey("neuralbox.error.type"));
    }

    @Test
    void theSpanSaysWhatWasAskedAndWhatAnswered() {
        client.generate(GenerationRequest.builder()
                .model("gpt-5")
                .prompt("hello")
                .temperature(0.5)
                .maxTokens(100)
                .build());
        SpanData span = onlySpan();
        assertThat(attribute(span, "gen_ai.operation.name")).isEqualTo("chat");
        assertThat(attribute(span, "gen_ai.provider.name")).isEqualTo("neuralbox");
        assertThat(attribute(span, "gen_ai.request.stream")).isEqualTo("true");
        assertThat(attribute(span, "gen_ai.request.temperature")).isEqualTo("0.5");
        assertThat(attribute(span, "gen_ai.request.max_tokens")).isEqualTo("100");
        assertThat(attribute(span, "gen_ai.response.model")).isEqualTo("gpt-5");
        assertThat(attribute(span, "gen_ai.response.id")).startsWith("gen_");
        assertThat(attribute(span, "server.address")).isEqualTo(service.uri().getHost());
        assertThat(attribute(span, "server.port"))
                .isEqualTo(String.valueOf(service.uri().getPort()));
    }

    @Test
    void anAnswerThatDoesNotStreamIsNotSaidTo() {
        client.submit(REQUEST);
        SpanData span = onlySpan();
        assertThat(attribute(span, "gen_ai.response.model")).isEqualTo("gpt-5");
        assertThat(span.getAttributes().asMap())
                .doesNotContainKey(AttributeKey.stringKey("gen_ai.request.stream"))
                .doesNotContainKey(AttributeKey.stringKey("gen_ai.response.time_to_first_chunk"));
    }

    @Test
    void creditsAreNoTokensInASpan() {
        client.generate(REQUEST);
        assertThat(onlySpan().getAttributes().asMap().keySet())
                .extracting(AttributeKey::getKey)
                .noneMatch(key -> key.startsWith("gen_ai.usage"))
                .contains("neuralbox.credits.used");
    }

    @Test
    void aTruncatedStreamIsAnErrorOfTheSpan() {
        service.misbehave(Fault.withoutEnd());
        fail();
        SpanData span = onlySpan();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attribute(span, "outcome")).isEqualTo("truncated");
    }

    @Test
    void aCancelledGenerationClosesItsSpanWithoutAnError() {
        service.misbehave(Fault.endless());
        try (GenerationStream stream = client.stream(REQUEST)) {
            stream.iterator().next();
        }
        SpanData span = onlySpan();
        assertThat(span.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
        assertThat(attribute(span, "outcome")).isEqualTo("cancelled");
        assertThat(attribute(span, "neuralbox.billing.state")).isEqualTo("unknown");
    }

    @Test
    void noScopeIsLeftOpenOnTheThreadThatAsks() {
        service.misbehave(Fault.endless());
        try (GenerationStream stream = client.stream(REQUEST)) {
            assertThat(registry.getCurrentObservationScope()).isNull();
            stream.iterator().next();
            assertThat(registry.getCurrentObservationScope()).isNull();
        }
    }

    @Test
    void neitherKeyNorPromptNorTextIsInASpan() {
        client.generate(GenerationRequest.of("gpt-5", "a very private prompt"));
        assertThat(onlySpan().toString())
                .doesNotContain(LocalNeuralBox.apiKey())
                .doesNotContain("private");
    }

    @Test
    void metersMadeOfObservationsDoNotMeetOurs() {
        client.generate(REQUEST);
        ends.await();
        assertThat(meters.find("neuralbox.generation").timer().count()).isEqualTo(1);
        assertThat(meters.get("neuralbox.client.generation.active").longTaskTimers())
                .as("those of the metrics alone")
                .hasSize(1);
        assertThat(meters.getMeters())
                .as("the model, which anybody may choose, is no tag")
                .allSatisfy(meter ->
                        assertThat(meter.getId().getTag("gen_ai.request.model")).isNull());
    }

    private void fail() {
        try {
            client.generate(REQUEST);
        } catch (NeuralBoxException expected) {
            return;
        }
        throw new AssertionError("it completed");
    }

    private SpanData onlySpan() {
        ends.await();
        assertThat(exporter.getFinishedSpanItems()).hasSize(1);
        return exporter.getFinishedSpanItems().get(0);
    }

    private SpanData span(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> traceparents() {
        return service.requests().stream()
                .map(NeuralBoxTracingTest::traceparent)
                .toList();
    }

    /** Version, trace and parent of W3C Trace Context, section 3.2.2, without the flags. */
    private static String traceparent(ReceivedRequest request) {
        String field = request.header("traceparent");
        return field.substring(0, field.lastIndexOf('-'));
    }

    private static String contextOf(SpanData span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId();
    }

    private static String attribute(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }
}
