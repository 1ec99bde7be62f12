package top.neuralbox.spring.boot;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/** A chat on Spring MVC. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
class ServletApplication {

    /** Those of {@link #chatOnScarceThreads}. Each test sets its own. */
    static volatile Executor threads = WriteThreads.EXECUTOR;

    private final NeuralBox neuralBox;

    ServletApplication(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @GetMapping("/chat")
    GenerationEmitter chat() {
        return GenerationEmitter.of(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku")));
    }

    @GetMapping("/chat/with-a-field")
    ResponseEntity<GenerationEmitter> chatWithAField() {
        return ResponseEntity.ok().header("X-Chat", "one", "two").body(chat());
    }

    @GetMapping("/chat/with-an-early-head")
    GenerationEmitter chatWithAnEarlyHead() {
        return GenerationEmitter.of(
                StreamRelay.builder(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku")))
                        .keepAlive(Duration.ofMillis(200))
                        .headWithin(Duration.ofMillis(200))
                        .build());
    }

    /** Its relay writes no comment soon, so the steps of a response are known. */
    @GetMapping("/chat/on-scarce-threads")
    GenerationEmitter chatOnScarceThreads() {
        return new GenerationEmitter(
                StreamRelay.of(neuralBox.publish(GenerationRequest.of("gpt-5", "Write a haiku"))), threads);
    }
}
