package top.neuralbox.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** The test that the page on testing shows. */
@SpringBootTest
@AutoConfigureLocalNeuralBox
class ChatTest {

    @Autowired
    LocalNeuralBox service;

    @Autowired
    Chat chat;

    @Test
    void answerIsTheGeneratedText() {
        assertThat(chat.answer("Write a haiku")).isEqualTo("An old silent pond");

        assertThat(service.generations(Outcome.COMPLETED)).isEqualTo(1);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Chat chat(NeuralBox neuralBox) {
            return new Chat(neuralBox);
        }

        @Bean
        LocalNeuralBox.Builder answers() {
            return LocalNeuralBox.builder().deltas(List.of("An old", " silent pond"));
        }
    }

    static class Chat {

        private final NeuralBox neuralBox;

        Chat(NeuralBox neuralBox) {
            this.neuralBox = neuralBox;
        }

        String answer(String prompt) {
            return neuralBox.generate(GenerationRequest.of("gpt-5", prompt)).text();
        }
    }
}
