package top.neuralbox.spring.boot;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;

/** A chat on WebFlux. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
class ReactiveApplication {

    private final NeuralBox neuralBox;

    ReactiveApplication(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    record Question(String prompt) {}

    @PostMapping("/api/chat")
    Mono<Void> chat(@RequestBody Question question, ServerHttpResponse response) {
        return GenerationResponse.write(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())), response);
    }

    @GetMapping("/chat")
    Mono<Void> haiku(ServerHttpResponse response) {
        return GenerationResponse.write(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku")), response);
    }
}
