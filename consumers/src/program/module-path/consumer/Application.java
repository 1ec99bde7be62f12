package consumer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import top.neuralbox.NeuralBox;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * An application on the module path, which also looks at what the library exports and which modules are automatic. That no
 * package is split is what the JVM itself looks at when it starts.
 */
public final class Application {

    private static final Set<String> EXPORTED = Set.of(
            "top.neuralbox",
            "top.neuralbox.budget",
            "top.neuralbox.metrics",
            "top.neuralbox.relay",
            "top.neuralbox.sse",
            "top.neuralbox.testkit",
            "top.neuralbox.testkit.fake",
            "top.neuralbox.testkit.local",
            "top.neuralbox.testkit.recording",
            "top.neuralbox.testkit.server",
            "top.neuralbox.transport");

    private Application() {}

    public static void main(String[] args) {
        Story.require(Application.class.getModule().isNamed(), "not on the module path");
        exportsWhatIsPublic();
        automaticAreTheListed();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                NeuralBoxMetrics metrics = NeuralBoxMetrics.create(new SimpleMeterRegistry());
                NeuralBox neuralBox = Story.client(service).listener(metrics).build()) {
            Story.stream(neuralBox);
        }
    }

    private static void exportsWhatIsPublic() {
        String transport = "top.neuralbox.transport." + System.getProperty("consumer.transport");
        Set<String> expected = new TreeSet<>(EXPORTED);
        expected.add(transport);
        Set<String> exported = ours().flatMap(module -> module.exports().stream())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
        Story.require(exported.equals(expected), "exported is " + exported + ", public is " + expected);
        Story.require(ours().allMatch(module -> module.opens().isEmpty()), "a package is open to reflection");
    }

    private static void automaticAreTheListed() {
        Set<String> listed = new TreeSet<>(Set.of(System.getProperty("consumer.automatic").split(" ")));
        Set<String> automatic = modules()
                .filter(ModuleDescriptor::isAutomatic)
                .map(ModuleDescriptor::name)
                .collect(Collectors.toCollection(TreeSet::new));
        Story.require(automatic.equals(listed), "the automatic modules are " + automatic + ", listed are " + listed);
    }

    private static Stream<ModuleDescriptor> ours() {
        return modules().filter(module -> module.name().startsWith("top.neuralbox"));
    }

    private static Stream<ModuleDescriptor> modules() {
        return ModuleLayer.boot().modules().stream().map(Module::getDescriptor);
    }
}
