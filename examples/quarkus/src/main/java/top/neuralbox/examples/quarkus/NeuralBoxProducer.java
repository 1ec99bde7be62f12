package top.neuralbox.examples.quarkus;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;

/** One client for the life of the application. */
@Singleton
class NeuralBoxProducer {

    @ConfigProperty(name = "neuralbox.api-key")
    String apiKey;

    @ConfigProperty(name = "neuralbox.base-uri")
    URI baseUri;

    @Produces
    @Singleton
    NeuralBox neuralBox(MeterRegistry registry) {
        return NeuralBox.builder()
                .name("chat")
                .apiKey(apiKey)
                .baseUri(baseUri)
                .listener(NeuralBoxMetrics.create(registry))
                .build();
    }

    void close(@Disposes NeuralBox neuralBox) {
        neuralBox.close();
    }
}
