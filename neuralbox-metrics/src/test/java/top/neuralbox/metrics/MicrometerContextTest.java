package top.neuralbox.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.CallContext;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;

class MicrometerContextTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    private final FakeTransport transport = new FakeTransport()
            .answerAlways(FakeAnswer.eventStream(
                    "data: {\"type\": \"content_delta\", \"delta\": \"Hi\"}\n\n",
                    "data: {\"type\": \"generation_end\", \"id\": \"gen_1\"}\n\n"));
    private final ContextRegistry registry =
            new ContextRegistry().registerThreadLocalAccessor("tenant", TENANT::get, TENANT::set, TENANT::remove);
    private final CallContext context = MicrometerContext.of(ContextSnapshotFactory.builder()
            .contextRegistry(registry)
            .clearMissing(true)
            .build());

    @Test
    void subscriberFindsTheTenantOfTheCall() throws Exception {
        try (NeuralBox client = client().build()) {
            TENANT.set("acme");
            CompletableFuture<String> tenant = new CompletableFuture<>();
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> tenant.complete(String.valueOf(TENANT.get())));
            client.publish(REQUEST).subscribe(events);
            TENANT.remove();

            assertThat(tenant.get(20, TimeUnit.SECONDS)).isEqualTo("acme");
            events.awaitCompletion();
        }
    }

    @Test
    void subscriberOnAnExecutorFindsTheTenantOfTheThreadThatSubscribed() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (NeuralBox client = client().executor(executor).build()) {
            TENANT.set("acme");
            CompletableFuture<String> tenant = new CompletableFuture<>();
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> tenant.complete(String.valueOf(TENANT.get())));
            client.publish(REQUEST).subscribe(events);
            TENANT.remove();

            events.awaitCompletion();

            assertThat(tenant).isCompletedWithValue("acme");
            assertThat(executor.submit(() -> String.valueOf(TENANT.get())).get(20, TimeUnit.SECONDS))
                    .isEqualTo("null");
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void currentObservationIsTheParentWhereverCallbacksRun() throws Exception {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(seen -> true);
        ContextRegistry known =
                new ContextRegistry().registerThreadLocalAccessor(new ObservationThreadLocalAccessor(observations));
        CallContext carried = MicrometerContext.of(
                ContextSnapshotFactory.builder().contextRegistry(known).build());
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Observation request = Observation.start("request", observations);
        RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
        CompletableFuture<Boolean> current = new CompletableFuture<>();
        events.onItem(event -> current.complete(request.equals(observations.getCurrentObservation())));
        try (NeuralBox client = NeuralBox.builder()
                .apiKey("nb_test")
                .transport(transport)
                .context(carried)
                .executor(executor)
                .build()) {
            try (Observation.Scope scope = request.openScope()) {
                assertThat(scope.getCurrentObservation()).isEqualTo(request);
                client.publish(REQUEST).subscribe(events);
            }
            events.awaitCompletion();
        } finally {
            executor.shutdownNow();
        }
        assertThat(current.get(Duration.ofSeconds(20).toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void everythingThatTheProcessKnowsIsCarriedByDefault() {
        assertThat(List.of(MicrometerContext.create().capture())).hasSize(1);
    }

    private NeuralBox.Builder client() {
        return NeuralBox.builder().apiKey("nb_test").transport(transport).context(context);
    }
}
