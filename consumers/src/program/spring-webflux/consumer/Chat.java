package consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import top.neuralbox.NeuralBox;
import top.neuralbox.spring.boot.GenerationResponse;

/** A chat on WebFlux, with the starter. */
@SpringBootApplication
@RestController
public class Chat {

    private final NeuralBox neuralBox;

    Chat(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @PostMapping("/api/chat")
    Mono<Void> chat(@RequestBody Question question, ServerHttpResponse response) {
        return GenerationResponse.write(neuralBox.publish(question.request()), response);
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Chat.class, arguments);
    }
}
