package consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.spring.boot.GenerationEmitter;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A chat on Spring MVC, with the starter. */
@SpringBootApplication
@RestController
public class Application {

    private final NeuralBox neuralBox;

    Application(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @GetMapping("/chat")
    GenerationEmitter chat() {
        return GenerationEmitter.of(neuralBox.publish(GenerationRequest.of("gpt-5", "robots")));
    }

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                ConfigurableApplicationContext application = SpringApplication.run(
                        Application.class,
                        "--neuralbox.api-key=" + LocalNeuralBox.apiKey(),
                        "--neuralbox.base-uri=" + service.uri(),
                        "--server.port=0",
                        "--server.address=127.0.0.1")) {
            Story.stream(application.getBean(NeuralBox.class));
            String port = application.getEnvironment().getRequiredProperty("local.server.port");
            Page.readOnePieceAndLeave(service, Integer.parseInt(port));
        }
    }
}
