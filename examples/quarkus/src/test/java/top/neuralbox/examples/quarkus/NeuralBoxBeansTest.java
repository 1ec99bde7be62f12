package top.neuralbox.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import top.neuralbox.Generation;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The application without a key, with a client of its own beside the one that there would be. */
@QuarkusTest
@QuarkusTestResource(value = LocalService.class, restrictToAnnotatedClass = true)
class NeuralBoxBeansTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "Write a haiku");

    LocalNeuralBox service;

    @TestHTTPResource
    URI application;

    @Inject
    Instance<NeuralBox> neuralBox;

    @Inject
    @Identifier(OwnClient.NAME)
    NeuralBox own;

    @Inject
    Event<ShutdownEvent> shutdown;

    @Test
    void withoutAKeyTheApplicationRunsAndSaysWhatIsMissingWhereTheClientIsNeeded() throws Exception {
        HttpRequest metrics =
                HttpRequest.newBuilder(application.resolve("/q/metrics")).build();

        assertThat(HttpClient.newHttpClient()
                        .send(metrics, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
        assertThatThrownBy(neuralBox::get)
                .hasStackTraceContaining("A NeuralBox client is injected, but there is none, because no API key is set.")
                .hasStackTraceContaining("neuralbox.api-key");
    }

    @Test
    void stopWaitsForAGenerationUnderWay() throws Exception {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(135, gate));
        CompletableFuture<Generation> generation = own.generateAsync(REQUEST);
        service.awaitOpenStreams(1, Duration.ofSeconds(10));
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(
                () -> shutdown.fire(new ShutdownEvent()), task -> new Thread(task).start());
        // The drain has begun when the client refuses.
        while (!own.account().balanceAsync().isCompletedExceptionally()) {
            assertThat(stopped).isNotDone();
            Thread.onSpinWait();
        }
        assertThat(stopped).isNotDone();

        gate.open();

        stopped.get(20, TimeUnit.SECONDS);
        assertThat(generation.get(1, TimeUnit.SECONDS).text()).isNotEmpty();
    }
}
