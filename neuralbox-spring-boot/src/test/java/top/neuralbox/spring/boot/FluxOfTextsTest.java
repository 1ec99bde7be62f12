package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import top.neuralbox.sse.EventStreamParser;

/** What docs/spring-ai.md says of a {@code Flux} in Spring MVC. WebFlux has a test in {@code neuralbox-spring-ai}. */
class FluxOfTextsTest {

    private final MockMvc mvc =
            MockMvcBuilders.standaloneSetup(new PoemController()).build();

    /** If Spring ever writes a space of its own, the page's warning is out of date. */
    @Test
    void textsLoseTheSpacesAtTheirStart() throws Exception {
        assertThat(eventsOf("/texts")).containsExactly("An", "old", "pond");
    }

    @Test
    void objectsKeepThem() throws Exception {
        assertThat(eventsOf("/pieces"))
                .containsExactly("{\"text\":\"An\"}", "{\"text\":\" old\"}", "{\"text\":\" pond\"}");
    }

    /** The data of each event, for a reader that follows the HTML standard. */
    private List<String> eventsOf(String path) throws Exception {
        MvcResult started = mvc.perform(post(path)).andReturn();
        byte[] body =
                mvc.perform(asyncDispatch(started)).andReturn().getResponse().getContentAsByteArray();
        List<String> data = new ArrayList<>();
        new EventStreamParser()
                .parse(
                        ByteBuffer.wrap(body),
                        (name, bytes, offset, length, id) ->
                                data.add(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        return data;
    }

    @RestController
    static class PoemController {

        record Piece(String text) {}

        @PostMapping(path = "/texts", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> texts() {
            return Flux.just("An", " old", " pond");
        }

        @PostMapping(path = "/pieces", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<Piece> pieces() {
            return texts().map(Piece::new);
        }
    }
}
