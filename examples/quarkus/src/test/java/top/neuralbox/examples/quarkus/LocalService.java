package top.neuralbox.examples.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.List;
import java.util.Map;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The local service, started before the application and named in its configuration. */
public final class LocalService implements QuarkusTestResourceLifecycleManager {

    private final LocalNeuralBox service =
            LocalNeuralBox.builder().deltas(List.of("An old", " silent pond")).start();

    @Override
    public Map<String, String> start() {
        return Map.of(
                "neuralbox.api-key", LocalNeuralBox.apiKey(),
                "neuralbox.base-uri", service.uri().toString());
    }

    @Override
    public void inject(Object test) {
        ((ChatResourceTest) test).service = service;
    }

    @Override
    public void stop() {
        service.close();
    }
}
