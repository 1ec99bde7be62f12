package top.neuralbox.examples.springboot;

import java.time.Duration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/** Hands a generation on to a page, which never sees the key. */
@RestController
class ChatController {

    record Question(String prompt) {}

    private final NeuralBox neuralBox;

    ChatController(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    /** Tomcat sees that a reader has left when it writes to him, so comments follow one another quickly. */
    @PostMapping("/api/chat")
    ResponseEntity<StreamingResponseBody> chat(@RequestBody Question question) {
        StreamRelay relay = StreamRelay.builder(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())))
                .keepAlive(Duration.ofMillis(200))
                .build();
        StreamRelay.Head head = relay.head().join();
        return ResponseEntity.status(head.status())
                .headers(fields -> head.headers().forEach(fields::set))
                .body(relay::writeTo);
    }
}
