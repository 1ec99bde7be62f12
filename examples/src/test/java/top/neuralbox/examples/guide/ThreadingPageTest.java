package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;

@ExtendWith(Guide.class)
class ThreadingPageTest {

    @Test
    void stagesRunOnTheExecutor(Guide guide) throws Exception {
        Gate gate = new Gate();
        guide.service().misbehave(Fault.stallAfter(0, gate));

        ExecutorService executor = Executors.newFixedThreadPool(8);
        NeuralBox neuralBox = NeuralBox.builder().executor(executor).build();

        CompletableFuture<String> thread = neuralBox
                .generateAsync(GenerationRequest.of("gpt-5", "Write a haiku"))
                .thenApply(generation -> Thread.currentThread().getName());
        gate.open();

        assertThat(thread.get(20, TimeUnit.SECONDS)).matches("pool-\\d+-thread-\\d+");
        neuralBox.close();
        executor.shutdown();
    }
}
