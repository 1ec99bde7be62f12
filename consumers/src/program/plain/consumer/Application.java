package consumer;

import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What an application does first. */
public final class Application {

    private Application() {}

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                NeuralBox neuralBox = Story.client(service).build()) {
            Story.stream(neuralBox);
        }
    }
}
