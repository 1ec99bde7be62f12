package top.neuralbox.examples.quarkus;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestMulti;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.quarkus.GenerationResponse;

/** Passes a generation on to a page, which never sees the key. */
@Path("/api/chat")
public class ChatResource {

    public record Question(String prompt) {}

    private final NeuralBox neuralBox;

    ChatResource(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @POST
    public RestMulti<byte[]> chat(Question question) {
        return GenerationResponse.of(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())));
    }
}
