package top.neuralbox.examples.quarkus;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import top.neuralbox.RetryPolicy;
import top.neuralbox.quarkus.NeuralBoxCustomizer;

/** A setting of the client in code, applied after the properties. */
@Singleton
class NeuralBoxCustomizers {

    @Produces
    @Singleton
    NeuralBoxCustomizer patientRetries() {
        return builder -> builder.retryPolicy(
                RetryPolicy.builder().maxWait(Duration.ofMinutes(1)).build());
    }
}
