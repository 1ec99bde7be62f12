package consumer;

import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.LocalNeuralBox;

/** An application on the module path, which also looks at which modules are automatic, as the documents say. */
public final class Application {

    private Application() {}

    public static void main(String[] args) {
        Set<String> automatic = ModuleLayer.boot().modules().stream()
                .map(Module::getDescriptor)
                .filter(ModuleDescriptor::isAutomatic)
                .map(ModuleDescriptor::name)
                .collect(Collectors.toCollection(TreeSet::new));
        System.out.println("automatic modules: " + automatic);
        Set<String> listed = new TreeSet<>(Set.of(System.getProperty("consumer.automatic").split(" ")));
        listed.remove("");
        Story.require(automatic.equals(listed), "the automatic modules are " + automatic + ", listed are " + listed);
        Story.require(Application.class.getModule().isNamed(), "not on the module path");
        try (LocalNeuralBox service = LocalNeuralBox.start();
                NeuralBox neuralBox = Story.client(service).build()) {
            Story.stream(neuralBox);
        }
    }
}
