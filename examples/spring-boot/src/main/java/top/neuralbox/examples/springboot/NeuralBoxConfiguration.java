package top.neuralbox.examples.springboot;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.net.URI;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.metrics.NeuralBoxTracing;

/** One client for the life of the application. Spring closes it before the metrics, which it depends on. */
@Configuration
class NeuralBoxConfiguration {

    @Bean
    NeuralBoxMetrics neuralBoxMetrics(MeterRegistry registry) {
        return NeuralBoxMetrics.create(registry);
    }

    @Bean
    NeuralBox neuralBox(
            @Value("${neuralbox.api-key}") String apiKey,
            @Value("${neuralbox.base-uri}") URI baseUri,
            NeuralBoxMetrics metrics,
            ObservationRegistry observations) {
        return NeuralBox.builder()
                .name("chat")
                .apiKey(apiKey)
                .baseUri(baseUri)
                .listener(NeuralBoxTracing.create(observations))
                .listener(metrics)
                .build();
    }
}
