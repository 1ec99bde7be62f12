package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;

@ExtendWith(Guide.class)
class StartUpPageTest {

    @Test
    void applicationIsReadyWhenItsClientIsWarm(Guide guide) {
        try (NeuralBox neuralBox = NeuralBox.create()) {
            CompletableFuture<String> ready = neuralBox
                    .warmUp(4)
                    .handle((nothing, failure) -> failure == null ? "warm" : "cold: " + failure.getMessage());

            assertThat(ready.join()).isEqualTo("warm");
            assertThat(guide.service().requests()).isEmpty();
            assertThat(neuralBox
                            .generate(GenerationRequest.of("gpt-5", "Write a haiku"))
                            .text())
                    .isNotEmpty();
        }
    }
}
