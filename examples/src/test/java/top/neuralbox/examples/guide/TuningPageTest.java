package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationRequest;
import top.neuralbox.Limits;
import top.neuralbox.NeuralBox;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;

@ExtendWith(Guide.class)
class TuningPageTest {

    private final GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

    @Test
    void poolIsAsLargeAsIsAskedFor() {
        Transport transport = HttpClientTransport.create(
                TransportConfig.builder().maxConnections(10_000).build());

        try (transport;
                NeuralBox neuralBox = NeuralBox.builder().transport(transport).build()) {
            assertThat(neuralBox.generate(request).text()).isNotEmpty();
        }
    }

    @Test
    void noTextIsKept(Guide guide) {
        guide.service().misbehave(Fault.cutAfter(200));

        NeuralBox neuralBox =
                NeuralBox.builder().limits(Limits.builder().keptText(0).build()).build();

        assertThatThrownBy(() -> neuralBox.stream(request).textDeltas().forEach(piece -> {}))
                .isInstanceOfSatisfying(
                        StreamBrokenException.class,
                        broken -> assertThat(broken.partial().text()).isEmpty());
        neuralBox.close();
    }

    @Test
    void signalsComeOnTheExecutor(Guide guide) {
        Gate gate = new Gate();
        guide.service().misbehave(Fault.stallBeforeHead(gate));
        ExecutorService workers = Executors.newSingleThreadExecutor(task -> new Thread(task, "worker"));

        NeuralBox neuralBox = NeuralBox.builder().executor(workers).build();

        CompletableFuture<String> thread = neuralBox
                .generateAsync(request)
                .thenApply(generation -> Thread.currentThread().getName());
        gate.open();
        assertThat(thread.join()).isEqualTo("worker");
        neuralBox.close();
        workers.shutdown();
    }
}
