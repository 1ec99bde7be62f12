package top.neuralbox.spring.ai.page;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

@RestController
class PoemController {

    record Piece(String text) {}

    private final ChatClient chat;

    PoemController(ChatClient.Builder builder) {
        this.chat = builder.build();
    }

    @PostMapping(path = "/poem", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<Piece> poem() {
        return chat.prompt("Write a haiku").stream().content().map(Piece::new);
    }
}
