package top.neuralbox.quarkus;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Binds properties as Quarkus does. */
final class Properties {

    private Properties() {}

    /** The configuration of an application with a key, and with these names and values. */
    static NeuralBoxConfig bound(String... namesAndValues) {
        Map<String, String> all = new HashMap<>(Map.of("neuralbox.api-key", LocalNeuralBox.apiKey()));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            all.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(NeuralBoxConfig.class)
                .withDefaultValues(all)
                .build()
                .getConfigMapping(NeuralBoxConfig.class);
    }
}
