package top.neuralbox.examples.springboot;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.spring.boot.GenerationEmitter;

/** Passes a generation on to a page, which never sees the key. */
@RestController
class ChatController {

    record Question(String prompt) {}

    private final NeuralBox neuralBox;

    ChatController(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @PostMapping("/api/chat")
    GenerationEmitter chat(@RequestBody Question question) {
        return GenerationEmitter.of(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())));
    }
}
