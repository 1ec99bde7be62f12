package top.neuralbox.quarkus;

import io.smallrye.health.api.Wellness;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * The health check, in an application that has Quarkus's health. It is up as long as nothing is known. It is no readiness check,
 * because an instance that is not ready gets no requests, and so could not become well again.
 */
@Wellness
@Singleton
final class NeuralBoxHealth implements HealthCheck {

    private final LastOutcomes outcomes;

    NeuralBoxHealth(LastOutcomes outcomes) {
        this.outcomes = outcomes;
    }

    @Override
    public HealthCheckResponse call() {
        LastOutcomes.State state = outcomes.state();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("NeuralBox")
                .status(state != LastOutcomes.State.DOWN)
                .withData("generations", state.name());
        outcomes.details().forEach(response::withData);
        return response.build();
    }
}
