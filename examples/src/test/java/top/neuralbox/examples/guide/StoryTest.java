package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.NeuralBoxExtension;

@ExtendWith(NeuralBoxExtension.class)
class StoryTest {

    @Test
    void theStoryIsToldAndPaid(LocalNeuralBox service) {
        try (NeuralBox neuralBox = NeuralBox.builder()
                .baseUri(service.uri())
                .apiKey(LocalNeuralBox.apiKey())
                .build()) {
            String story =
                    neuralBox.generate(GenerationRequest.of("gpt-5", "A robot")).text();

            assertThat(story).contains("A robot");
            assertThat(service.creditsCharged()).isEqualTo(new BigDecimal(3));
        }
    }
}
