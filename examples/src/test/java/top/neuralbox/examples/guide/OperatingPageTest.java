package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.Admission;
import top.neuralbox.DrainResult;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;

@ExtendWith(Guide.class)
class OperatingPageTest {

    @Test
    void drainLetsCallsFinish(Guide guide) {
        NeuralBox neuralBox = NeuralBox.create();

        DrainResult drained = neuralBox.drain(Duration.ofSeconds(20));

        System.out.println(drained.completed() + " finished");
        for (DrainResult.Cut cut : drained.cut()) {
            System.out.println("cut: " + cut.id() + ", charged: " + cut.billingState());
        }

        assertThat(guide.printed()).isEqualTo("0 finished\n");
    }

    @Test
    void shutdownHookDrains() {
        NeuralBox neuralBox = NeuralBox.create();

        Runtime.getRuntime().addShutdownHook(new Thread(() -> neuralBox.drain(Duration.ofSeconds(20))));
    }

    @Test
    void admissionBoundsWhatRuns() {
        Admission admission = Admission.builder(50)
                .maxCallsPerTenant(10)
                .maxQueued(500)
                .maxWait(Duration.ofSeconds(10))
                .build();
        NeuralBox neuralBox = NeuralBox.builder().admission(admission).build();

        assertThat(neuralBox
                        .generate(GenerationRequest.of("gpt-5", "Write a haiku"))
                        .text())
                .isNotEmpty();
        neuralBox.close();
    }
}
