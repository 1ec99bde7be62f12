package top.neuralbox.spring.boot.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.spring.boot.NeuralBoxConnectionDetails;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** A test of an application whose key comes from its vault. */
@SpringBootTest
@AutoConfigureLocalNeuralBox
class OwnConnectionDetailsTest {

    @Autowired
    LocalNeuralBox service;

    @Autowired
    NeuralBox neuralBox;

    @Test
    void localServiceIsUsedInPlaceOfTheApplicationsOwn() {
        neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));

        assertThat(service.generations(Outcome.COMPLETED)).isEqualTo(1);
    }

    /** The name of the bean is that of the parameter at which Spring injects it. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        NeuralBoxConnectionDetails details() {
            return new NeuralBoxConnectionDetails() {
                @Override
                public String apiKey() {
                    return "sk-neuralbox-of-the-paid-service-0123456789abcdef";
                }

                @Override
                public URI baseUri() {
                    return URI.create("https://localhost:1");
                }
            };
        }
    }
}
