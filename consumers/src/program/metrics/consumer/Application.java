package consumer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** An application that meters what it streams. */
public final class Application {

    private Application() {}

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                NeuralBoxMetrics metrics = NeuralBoxMetrics.create(registry);
                NeuralBox neuralBox = Story.client(service).listener(metrics).build()) {
            Story.stream(neuralBox);
            double credits = registry.get("neuralbox.client.usage").counter().count();
            Story.require(credits == 3, "metered " + credits + " credits");
        }
    }
}
