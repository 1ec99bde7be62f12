package top.neuralbox.examples.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.List;
import java.util.Map;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The local service, started before the application and named in its configuration. */
public final class LocalService implements QuarkusTestResourceLifecycleManager {

    /** The argument without which the application gets no key. */
    static final String KEY = "key";

    private final LocalNeuralBox service =
            LocalNeuralBox.builder().deltas(List.of("An old", " silent pond")).start();
    private boolean key;

    @Override
    public void init(Map<String, String> arguments) {
        key = arguments.containsKey(KEY);
    }

    @Override
    public Map<String, String> start() {
        return Map.of(
                "neuralbox.api-key", key ? LocalNeuralBox.apiKey() : "",
                "neuralbox.base-uri", service.uri().toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(service, new TestInjector.MatchesType(LocalNeuralBox.class));
    }

    @Override
    public void stop() {
        service.close();
    }
}
