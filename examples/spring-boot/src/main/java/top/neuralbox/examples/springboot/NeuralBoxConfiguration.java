package top.neuralbox.examples.springboot;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import top.neuralbox.RetryPolicy;
import top.neuralbox.spring.boot.NeuralBoxCustomizer;

/** A setting of the client in code, applied after the properties. */
@Configuration(proxyBeanMethods = false)
class NeuralBoxConfiguration {

    @Bean
    NeuralBoxCustomizer patientRetries() {
        return builder -> builder.retryPolicy(
                RetryPolicy.builder().maxWait(Duration.ofMinutes(1)).build());
    }
}
