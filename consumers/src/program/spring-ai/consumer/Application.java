package consumer;

import java.time.Duration;
import java.util.List;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A model of Spring AI that a property chooses, with the starter. */
@SpringBootApplication
public class Application {

    public static void main(String[] args) throws Exception {
        ClassPath.check();
        try (LocalNeuralBox service = LocalNeuralBox.start();
                ConfigurableApplicationContext application = SpringApplication.run(
                        Application.class,
                        "--neuralbox.api-key=" + LocalNeuralBox.apiKey(),
                        "--neuralbox.base-uri=" + service.uri(),
                        "--spring.ai.model.chat=neuralbox",
                        "--spring.ai.neuralbox.chat.options.model=gpt-5",
                        "--spring.main.web-application-type=none")) {
            ChatModel model = application.getBean(ChatModel.class);
            String answer = model.call("robots");
            Story.require(answer.startsWith("Here is a short story for “robots”."), "another text: " + answer);

            service.misbehave(Fault.endless());
            List<String> pieces = model.stream("robots").take(2).collectList().block(Duration.ofSeconds(20));
            Story.require(pieces != null && pieces.size() == 2, "not two pieces: " + pieces);
            service.awaitNoOpenStreams(Duration.ofSeconds(1));
            System.out.println("answered, streamed two pieces, and stopped the paid stream");
        }
    }
}
