package consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import top.neuralbox.NeuralBox;
import top.neuralbox.spring.boot.GenerationEmitter;

/** A chat on Spring MVC, with the starter. */
@SpringBootApplication
@RestController
public class Chat {

    private final NeuralBox neuralBox;

    Chat(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @PostMapping("/api/chat")
    GenerationEmitter chat(@RequestBody Question question) {
        return GenerationEmitter.of(neuralBox.publish(question.request()));
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Chat.class, arguments);
    }
}
