package consumer;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A Spring Boot application whose client is a bean. */
@SpringBootApplication
public class Application {

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        // An exit code other than zero if the runner throws.
        SpringApplication.run(Application.class, "--server.port=0", "--server.address=127.0.0.1").close();
    }

    @Bean
    LocalNeuralBox service() {
        return LocalNeuralBox.start();
    }

    @Bean
    NeuralBox neuralBox(LocalNeuralBox service) {
        return Story.client(service).build();
    }

    @Bean
    CommandLineRunner story(NeuralBox neuralBox) {
        return arguments -> Story.stream(neuralBox);
    }
}
