package top.neuralbox.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.Generation;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

class NeuralBoxDrainTest {

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final NeuralBox neuralBox = NeuralBox.builder()
            .apiKey(LocalNeuralBox.apiKey())
            .baseUri(service.uri())
            .build();

    @AfterEach
    void stop() {
        neuralBox.close();
        service.close();
    }

    @Test
    void generationUnderWayFinishes() throws Exception {
        Gate gate = new Gate();
        CompletableFuture<Generation> generation = restingGeneration(Fault.stallAfter(135, gate));
        CompletableFuture<Void> drained = CompletableFuture.runAsync(
                () -> NeuralBoxDrain.drain(List.of(neuralBox), Duration.ofSeconds(20)),
                task -> new Thread(task).start());
        // The drain has begun when the client refuses.
        while (!neuralBox.account().balanceAsync().isCompletedExceptionally()) {
            Thread.onSpinWait();
        }
        assertThat(drained).isNotDone();

        gate.open();

        drained.get(10, TimeUnit.SECONDS);
        assertThat(generation.get(1, TimeUnit.SECONDS).text()).isNotEmpty();
    }

    @Test
    @Logs("these were cancelled")
    void generationThatOutlastsTheTimeIsCutAndNamedInTheLog() {
        CompletableFuture<Generation> generation = restingGeneration(Fault.stallAfter(135));

        NeuralBoxDrain.drain(List.of(neuralBox), Duration.ZERO);

        assertThat(generation)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withCauseInstanceOf(GenerationCancelledException.class);
    }

    private CompletableFuture<Generation> restingGeneration(Fault fault) {
        service.misbehave(fault);
        CompletableFuture<Generation> generation =
                neuralBox.generateAsync(GenerationRequest.of("gpt-5", "Write a haiku"));
        service.awaitOpenStreams(1, Duration.ofSeconds(10));
        return generation;
    }
}
